/// \file
/// Minimal channels: the members of each topic, and the answer to each message.
#include "conformance/load/floor/channels.h"

namespace phx::floor {

namespace {

// The contract's channel that echoes and broadcasts; others the floor has not.
constexpr std::string_view served = "conformance:";

}  // namespace

bool Channels::handle(Member& member, std::string_view text) {
  const auto message = envelope(text);
  if (!message) return false;
  if (message->topic == "phoenix" && message->event == "heartbeat") {
    append_reply(member.out, *message, "ok", "{}");
  } else if (message->event == "phx_join" && message->topic.starts_with(served)) {
    join(member, *message);
  } else if (auto* membership = find(member, message->topic)) {
    in_topic(member, *membership, *message);
  } else {
    append_reply(member.out, *message, "error", R"({"reason":"unmatched topic"})");
  }
  return true;
}

void Channels::in_topic(Member& member, Member::Membership& membership, const Envelope& message) {
  if (message.event == "echo") {
    append_reply(member.out, message, "ok", message.payload);
  } else if (message.event == "broadcast") {
    broadcast(*membership.topic, message.payload);
    append_reply(member.out, message, "ok", "{}");
  } else {
    // A leave is answered before the close; any other event would crash a channel.
    const bool left = message.event == "phx_leave";
    const auto join_ref = std::move(membership.join_ref);
    leave(member, membership);
    if (left) append_reply(member.out, message, "ok", "{}");
    append_message(member.out, join_ref, join_ref, message.topic, left ? "phx_close" : "phx_error",
                   "{}");
  }
}

void Channels::join(Member& member, const Envelope& message) {
  if (auto* before = find(member, message.topic)) leave(member, *before);
  auto& topic = topics_[std::string{message.topic}];
  if (!topic) topic = std::make_unique<Topic>(std::string{message.topic});
  member.topics_.push_back({topic.get(), topic->members_.size(), std::string{message.join_ref}});
  topic->members_.push_back(&member);
  append_reply(member.out, message, "ok", "{}");
}

void Channels::leave(Member& member, Member::Membership& membership) {
  Topic& topic = *membership.topic;
  // The last of the list takes the empty place.
  Member& last = *topic.members_.back();
  for (auto& its : last.topics_)
    if (its.topic == &topic) its.place = membership.place;
  topic.members_[membership.place] = &last;
  topic.members_.pop_back();
  if (&membership != &member.topics_.back()) membership = std::move(member.topics_.back());
  member.topics_.pop_back();
  if (topic.members_.empty()) topics_.erase(topics_.find(topic.name_));
}

void Channels::leave_all(Member& member) {
  while (!member.topics_.empty()) leave(member, member.topics_.back());
}

void Channels::broadcast(const Topic& topic, std::string_view payload) {
  frame_.clear();
  append_message(frame_, "null", "null", topic.name_, "broadcasted", payload);
  for (auto* member : topic.members_) {
    member->out.append(frame_);
    on_output_(*member);
  }
}

Member::Membership* Channels::find(Member& member, std::string_view topic) {
  for (auto& each : member.topics_)
    if (each.topic->name_ == topic) return &each;
  return nullptr;
}

}  // namespace phx::floor
