/// Knows by heart what room.h does.

#include "conformance/simulation/world/predicted.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/json.h"

namespace phx::simulation {
namespace {

/// Takes one element of a frame's array: a string without escapes, or null.
bool take(std::string_view& text, std::string_view& element) {
  if (text.starts_with("null")) {
    element = {};
    text.remove_prefix(4);
  } else {
    if (!text.starts_with('"')) return false;
    const std::size_t end = text.find('"', 1);
    if (end == text.npos) return false;
    element = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  }
  if (!text.starts_with(',')) return false;
  text.remove_prefix(1);
  return true;
}

/// The number of a question.
Oracle::Number number_of(std::string_view payload) {
  return static_cast<Oracle::Number>(Json::parse(payload)["question"].integer_or(0));
}

std::string reply_of(std::string_view status, std::string_view response) {
  return fmt::format(R"({{"response":{},"status":"{}"}})", response, status);
}

std::string refusal(std::string_view reason) {
  return reply_of("error", fmt::format(R"({{"reason":"{}"}})", reason));
}

bool asks_to(std::string_view how, std::string_view params) {
  return params.find(fmt::format(R"("how":"{}")", how)) != params.npos;
}

/// Of a join that is accepted, the member's number is the server's to choose.
std::string joined_as(Oracle::Number member) {
  return reply_of("ok", fmt::format(R"({{"member":{}}})", member));
}

/// Calls `check` for each meta of `{"key":{"metas":[…]}}`; false: one of its keys has no
/// meta.
template <class Check>
bool each_meta(const Json& presences, const Check& check) {
  for (const auto& [key, presence] : presences.sorted_members()) {
    const Json metas = presence["metas"];
    if (metas.size() == 0) return false;
    for (std::size_t i = 0; i < metas.size(); ++i) check(std::string(key), metas[i]);
  }
  return true;
}

}  // namespace

bool see(std::string_view text, SeenFrame& seen) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text.remove_prefix(1);
  text.remove_suffix(1);
  if (!take(text, seen.join_ref) || !take(text, seen.ref)) return false;
  if (!take(text, seen.topic) || !take(text, seen.event)) return false;
  seen.payload = text;
  return true;
}

void Predicted::asked(const SeenFrame& message, Clock::time_point now) {
  const std::string topic(message.topic);
  const std::string join_ref(message.join_ref);
  unanswered_[std::string(message.ref)] = {
      .topic = topic,
      .join_ref = join_ref,
      .event = std::string(message.event),
      .payload = std::string(message.payload),
      .when = now,
  };
  if (message.event == "phx_join") {
    for (auto& [ref, join] : joins_) {
      if (join.topic != topic) continue;
      join.ends = true;
      join.successor = std::string(message.ref);
    }
    joins_[join_ref] = {.topic = topic};
    return;
  }
  const auto join = joins_.find(join_ref);
  if (join == joins_.end()) return;
  const bool breaks = message.event == "stop" || message.event == "crash";
  join->second.ends |= breaks || message.event == "phx_leave";
  join->second.leaves |= message.event == "phx_leave";
  join->second.breaks |= breaks;
}

std::optional<std::string> Predicted::wrong(const SeenFrame& frame, const Oracle& oracle,
                                            bool alone) {
  if (frame.event == "phx_reply") return wrong_answer(frame, oracle);
  if (frame.event == "phx_close" || frame.event == "phx_error") return wrong_end(frame);
  if (frame.event == "presence_state") return wrong_list(frame, oracle);
  const bool through_channel = frame.topic == "room:b" && frame.event == "said";  // intercepted
  if (frame.join_ref.empty() == through_channel || !frame.ref.empty()) {
    return "a broadcast has no ref, and a join_ref if a channel has passed it on";
  }
  if (frame.event == "presence_diff") return wrong_diff(frame, oracle, alone);
  if (frame.event != "said") return "nobody sends such an event";
  const Json said = Json::parse(frame.payload);
  const std::string expected =
      oracle.text_of(std::string(frame.topic), said["place"].string_or(""),
                     static_cast<Oracle::Number>(said["number"].integer_or(0)));
  if (said != Json::parse(expected)) return "expected " + expected;
  heard_[{std::string(frame.topic), said["place"].string_or("")}] =
      static_cast<Oracle::Number>(said["number"].integer_or(0));
  return {};
}

std::optional<std::string> Predicted::wrong_answer(const SeenFrame& reply, const Oracle& oracle) {
  const auto found = unanswered_.find(std::string(reply.ref));
  if (found == unanswered_.end()) return {};  // own-reply's affair
  const Message message = found->second;
  unanswered_.erase(found);
  const auto join = joins_.find(message.join_ref);
  const auto unless = [&](const std::string& expected) -> std::optional<std::string> {
    if (reply.payload == expected || Json::parse(reply.payload) == Json::parse(expected)) return {};
    return fmt::format("expected {} to {}", expected.substr(0, 200), message.event);
  };
  if (message.event == "phx_join") {
    if (asks_to("refused", message.payload) || asks_to("crash", message.payload)) {
      if (join != joins_.end()) joins_.erase(join);
      return unless(refusal(asks_to("crash", message.payload) ? "join crashed" : "refused"));
    }
    if (join == joins_.end()) return "its join is over";
    const Json answer = Json::parse(reply.payload);
    const auto member = static_cast<Oracle::Number>(answer["response"]["member"].integer_or(0));
    if (!oracle.is_of(member, message.topic)) return "there is no such member on its topic";
    join->second.member = member;
    return unless(joined_as(member));
  }
  if (message.event == "heartbeat" || message.event == "phx_leave") {
    return unless(reply_of("ok", "{}"));
  }
  if (reply.join_ref.empty()) {
    const bool lives = join != joins_.end() && join->second.member != 0 && !join->second.ends;
    return lives ? "its channel lives" : unless(refusal("unmatched topic"));
  }
  if (join == joins_.end()) return "its channel has ended";
  if (message.event == "nothing" || message.event == "crash") return "it is not answered";
  if (message.event == "say" && !has_heard_own(message, oracle)) return "what it said comes first";
  return unless(reply_of(message.event == "refuse" ? "error" : "ok", message.payload));
}

bool Predicted::has_heard_own(const Message& question, const Oracle& oracle) const {
  if (question.topic == "room:b") return true;  // through the channel, after the answer
  const auto* saying = oracle.saying_of(number_of(question.payload));
  if (saying == nullptr) return true;
  const auto heard = heard_.find({question.topic, saying->place});
  return heard != heard_.end() && heard->second >= saying->number;
}

bool Predicted::waits_for(Oracle::Number question) const {
  constexpr std::size_t worth_a_worker = 60'000;  // whose work sees to the order otherwise
  return question != 0 && std::ranges::any_of(unanswered_, [&](const auto& one) {
           const Message& message = one.second;
           return message.event == "mood" && message.payload.size() < worth_a_worker &&
                  number_of(message.payload) == question;
         });
}

/// Both refs are the join's. A leave is answered before its channel closes.
std::optional<std::string> Predicted::wrong_end(const SeenFrame& frame) {
  const auto found = joins_.find(std::string(frame.join_ref));
  if (found == joins_.end()) return {};  // one-end's affair
  const Join join = found->second;
  joins_.erase(found);
  if (frame.ref != frame.join_ref) return "its ref is its join_ref";
  if (frame.topic != join.topic) return "that join is of " + join.topic;
  const std::string_view payload =
      frame.event == "phx_close" ? "{}" : R"({"reason":"channel_crash"})";
  if (frame.payload != payload) return "expected " + std::string(payload);
  if (!join.ends) return "nobody asked for its end";
  if (frame.event == "phx_error" && !join.breaks) return "nobody asked for its crash";
  if (join.breaks) return {};
  if (unanswered_.contains(join.successor) && !join.leaves)
    return "the join after it is answered first";
  if (!join.leaves || !join.successor.empty()) return {};
  for (const auto& [ref, message] : unanswered_) {
    if (message.event != "phx_leave" || message.join_ref != frame.join_ref) continue;
    return "its leave is answered first";
  }
  return {};
}

std::optional<std::string> Predicted::wrong_list(const SeenFrame& frame, const Oracle& oracle) {
  const auto join = joins_.find(std::string(frame.join_ref));
  if (join == joins_.end() || join->second.member == 0) return {};  // join-ref's affair
  if (std::exchange(join->second.lists, true)) return "it has got its list";
  std::string wrong, own;
  const auto check = [&](const std::string& key, const Json& meta) {
    const auto member = static_cast<Oracle::Number>(meta["member"].integer_or(0));
    if (member == join->second.member) own = meta["phx_ref"].string_or("");
    if (oracle.may_be_present(member, key, join->second.topic, meta["mood"].integer_or(-1))) return;
    wrong = fmt::format("{} was never there as {}", meta.dump(), key);
  };
  if (!each_meta(Json::parse(frame.payload), check)) return "a key without a meta";
  if (!wrong.empty()) return wrong;
  if (own.empty()) return "it is in the list itself";
  if (!there_.contains(own)) return "the diff in which it comes is first";
  return {};
}

std::optional<std::string> Predicted::wrong_diff(const SeenFrame& frame, const Oracle& oracle,
                                                 bool alone) {
  const Json diff = Json::parse(frame.payload);
  const std::string topic(frame.topic);
  std::string wrong;
  std::map<Oracle::Number, std::string> left;  // by member
  const auto known = [&](const std::string& key, const Json& meta) {
    const auto member = static_cast<Oracle::Number>(meta["member"].integer_or(0));
    if (oracle.may_be_present(member, key, topic, meta["mood"].integer_or(-1))) return;
    wrong = fmt::format("{} was never there as {}", meta.dump(), key);
  };
  const auto leaves = [&](const std::string& key, const Json& meta) {
    known(key, meta);
    const std::string ref = meta["phx_ref"].string_or("");
    left.emplace(static_cast<Oracle::Number>(meta["member"].integer_or(0)), ref);
    if (!gone_.insert(ref).second && alone) wrong = ref + " has left already";
  };
  const auto joins = [&](const std::string& key, const Json& meta) {
    known(key, meta);
    const std::string ref = meta["phx_ref"].string_or("");
    if (ref.empty()) wrong = "a meta without phx_ref";
    if (!there_.insert(ref).second && alone) wrong = ref + " is there already";
    if (gone_.contains(ref) && alone) wrong = ref + " has left";
    if (waits_for(oracle.question_of(static_cast<Oracle::Number>(meta["member"].integer_or(0)),
                                     static_cast<Oracle::Number>(meta["mood"].integer_or(0))))) {
      wrong = "the answer to the question for " + meta.dump() + " comes first";
    }
    const auto before = left.find(static_cast<Oracle::Number>(meta["member"].integer_or(0)));
    const std::string expected = before == left.end() ? "" : before->second;
    if (alone && meta["phx_ref_prev"].string_or("") != expected)
      wrong = meta.dump() + " follows " + expected;
  };
  if (diff["joins"].size() + diff["leaves"].size() == 0) return "nothing changes";
  if (!each_meta(diff["leaves"], leaves) || !each_meta(diff["joins"], joins)) {
    return "a key without a meta";
  }
  if (!wrong.empty()) return wrong;
  return {};
}

std::optional<std::string> Predicted::unanswered(Clock::time_point now) const {
  constexpr Millis long_ago{60'000};
  for (const auto& [ref, message] : unanswered_) {
    if (now - message.when < long_ago) continue;
    const auto join = joins_.find(message.join_ref);
    const bool lives = join != joins_.end() && join->second.member != 0 && !join->second.ends;
    const bool leaves = message.event == "phx_leave" && join != joins_.end() &&
                        !join->second.breaks && join->second.successor.empty();
    const bool always = message.event == "phx_join" || message.event == "heartbeat";
    const bool never = message.event == "nothing" || message.event == "crash";
    if (!always && !leaves && (!lives || never)) continue;
    return fmt::format("{} on {} with the ref {} was never answered", message.event, message.topic,
                       ref);
  }
  for (const auto& [join_ref, join] : joins_) {
    if (join.member == 0 || join.ends || join.lists) continue;
    return fmt::format("the join {} of {} never got its list", join_ref, join.topic);
  }
  return {};
}

}  // namespace phx::simulation
