/// A test's client: joins channels, and leaves.

#include <fmt/format.h>

#include "socket/socket_process.h"
#include "testing/channel_test.h"
#include "testing/connection.h"

namespace phx::testing {

/// An answered join, also if the channel crashed.
struct Client::Attempt {
  std::string join_ref;
  process::Pid channel;  ///< None if there were too many channels.
  bool in;
  Payload response;
  std::optional<process::ExitReason> crash;

  std::string shown() const {
    if (crash) return to_string(*crash);
    return (in ? "the join is accepted with " : "the join is refused with ") +
           testing::shown(response);
  }
};

namespace {

std::string patterns(const UserSocket& user) {
  std::string text;
  for (const socket::Route& route : user.routes()) {
    text += (text.empty() ? "" : ", ") + route.pattern;
  }
  return text.empty() ? "no topic" : text;
}

}  // namespace

Client::Client(ChannelTest& test, std::shared_ptr<Connection> connection)
    : test_(&test), connection_(std::move(connection)) {}

const Socket& Client::socket() const { return connection_->socket; }
bool Client::connected() const { return test_->shard_.scheduler.alive(connection_->transport); }

Client::Attempt Client::attempt(const std::string& topic, Payload payload, Where where) const {
  if (socket::find_route(connection_->user.routes(), topic) == nullptr) {
    test_->fail(fmt::format("expected: a channel takes the topic {}\nactual:   the user socket has "
                            "channels for {}\nWhat to do: add a route to the user socket.\n",
                            topic, patterns(connection_->user)),
                where);
  }
  connection_->youngest = {};
  const std::string ref = test_->send(*connection_, {}, topic, "phx_join", std::move(payload));
  test_->shard_.settle();
  auto reply = connection_->mailbox.take({.kind = Mail::reply, .ref = ref});
  if (!reply) {
    test_->fail(fmt::format("expected: an answer to the join of {}\nactual:   none; the client is "
                            "{}\nWhat to do: join while the client is connected.\n",
                            topic, connected() ? "connected" : "not connected"),
                where);
  }
  Attempt attempt{ref, connection_->youngest, reply->name == "ok", std::move(reply->payload), {}};
  if (!attempt.channel) return attempt;
  test_->watched_.at(attempt.channel).name = "the channel of " + topic;
  const auto& end = test_->end_of(attempt.channel);
  if (!attempt.in && end && end->kind == process::ExitReason::crash) attempt.crash = end;
  return attempt;
}

JoinedChannel Client::join(const std::string& topic, Payload payload, Where where) const {
  Attempt joined = attempt(topic, std::move(payload), where);
  if (!joined.in) {
    test_->fail(fmt::format("expected: {} accepts the join\nactual: {}\nWhat to do: give the join "
                            "what it needs, or expect this with join_refused or join_crashed.\n",
                            topic, joined.shown()),
                where);
  }
  test_->link(joined.channel);
  test_->check_links(where);
  return {*test_, connection_, topic, std::move(joined.join_ref), joined.channel, joined.response};
}

JoinedChannel Client::subscribe_and_join(const std::string& topic, Payload payload,
                                         Where where) const {
  test_->subscribe(topic);
  return join(topic, std::move(payload), where);
}

Payload Client::join_refused(const std::string& topic, Payload payload, Where where) const {
  Attempt refused = attempt(topic, std::move(payload), where);
  if (refused.in || refused.crash) {
    test_->fail(fmt::format("expected: {} refuses the join\nactual:   {}\nWhat to do: see what "
                            "join returns for this topic and payload.\n",
                            topic, refused.shown()),
                where);
  }
  test_->check_links(where);
  return refused.response;
}

process::ExitReason Client::join_crashed(const std::string& topic, Payload payload,
                                         Where where) const {
  const Attempt crashed = attempt(topic, std::move(payload), where);
  if (!crashed.crash) {
    test_->fail(fmt::format("expected: the join of {} crashes\nactual:   {}\nWhat to do: see what "
                            "join returns for this topic and payload.\n",
                            topic, crashed.shown()),
                where);
  }
  test_->check_links(where);
  return *crashed.crash;
}

void Client::close(Where where) const {
  test_->shard_.scheduler.send(connection_->transport, socket::ClientGone{});
  test_->settle(where);
}

void Client::assert_closed(socket::CloseCode code, Where where) const {
  test_->demand(connection_->mailbox,
                {.kind = Mail::close, .name = std::to_string(static_cast<int>(code))}, where);
}

}  // namespace phx::testing
