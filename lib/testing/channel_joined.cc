/// A test's client in a topic: sends to its channel, and expects answers.

#include <fmt/format.h>

#include "channel/fastlane.h"
#include "testing/channel_test.h"
#include "testing/connection.h"

namespace phx::testing {

using process::ExitReason;

JoinedChannel::JoinedChannel(ChannelTest& test, std::shared_ptr<Connection> connection,
                             std::string topic, std::string join_ref, process::Pid pid,
                             Payload response)
    : test_(&test),
      connection_(std::move(connection)),
      topic_(std::move(topic)),
      join_ref_(std::move(join_ref)),
      pid_(pid),
      response_(std::move(response)) {}

// --- Sending ------------------------------------------------------------------------------------

MessageRef JoinedChannel::push(const std::string& event, Payload payload, Where where) const {
  std::string ref = test_->send(*connection_, join_ref_, topic_, event, std::move(payload));
  test_->settle(where);
  return {std::move(ref)};
}

MessageRef JoinedChannel::leave(Where where) const { return push("phx_leave", {}, where); }

void JoinedChannel::broadcast_from(const std::string& event, Payload payload, Where where) const {
  channel::broadcast(test_->shard_.pubsub, topic_, event, std::move(payload), test_->self_);
  test_->settle(where);
}

void JoinedChannel::send(process::Message message, Where where) const {
  test_->shard_.scheduler.send(pid_, std::move(message));
  test_->settle(where);
}

Socket JoinedChannel::socket(Where where) const {
  const auto seen = std::make_shared<std::optional<Socket>>();
  test_->shard_.scheduler.send(pid_,
                               channel::Inspect{[seen](const Socket& socket) { *seen = socket; }});
  test_->settle(where);
  if (*seen) return **seen;
  test_->fail(
      fmt::format("expected: the channel of {} shows its socket\nactual:   it has ended, {}\n"
                  "What to do: read the socket before the channel ends.\n",
                  topic_, to_string(test_->end_of(pid_).value_or(ExitReason{}))),
      where);
}

// --- Expecting ----------------------------------------------------------------------------------

Payload JoinedChannel::assert_push(const std::string& event, const PayloadPattern& payload,
                                   Where where) const {
  return test_->demand(connection_->mailbox, {Mail::push, topic_, event, {}, payload}, where);
}

void JoinedChannel::refute_push(const std::string& event, const PayloadPattern& payload,
                                Where where) const {
  test_->refute(connection_->mailbox, {Mail::push, topic_, event, {}, payload}, where);
}

Payload JoinedChannel::assert_reply(const MessageRef& ref, Status status,
                                    const PayloadPattern& payload, Where where) const {
  return test_->demand(connection_->mailbox,
                       {Mail::reply, topic_, std::string(to_string(status)), ref.text, payload},
                       where);
}

void JoinedChannel::refute_reply(const MessageRef& ref, Status status,
                                 const PayloadPattern& payload, Where where) const {
  test_->refute(connection_->mailbox,
                {Mail::reply, topic_, std::string(to_string(status)), ref.text, payload}, where);
}

std::optional<Mail> JoinedChannel::next() const { return connection_->mailbox.take_oldest(topic_); }

ExitReason JoinedChannel::assert_down(Where where) const {
  if (const auto& end = test_->end_of(pid_)) return *end;
  test_->fail(
      fmt::format("expected: the channel of {} has ended\nactual:   it is alive\nWhat to do: "
                  "see what the handler returns, or pass(…) the time that it waits for.\n",
                  topic_),
      where);
}

void JoinedChannel::assert_down(const ExitReason& reason, Where where) const {
  const ExitReason actual = assert_down(where);
  if (actual == reason) return;
  test_->fail(
      fmt::format("expected: the channel of {} ended with {}\nactual:   {}\nWhat to do: see "
                  "what the handler threw or returned.\n",
                  topic_, to_string(reason), to_string(actual)),
      where);
}

void JoinedChannel::refute_down(Where where) const {
  const auto& end = test_->end_of(pid_);
  if (!end) return;
  test_->fail(
      fmt::format("expected: the channel of {} is alive\nactual:   it ended with {}\nWhat to "
                  "do: see what the handler threw or returned.\n",
                  topic_, to_string(*end)),
      where);
}

}  // namespace phx::testing
