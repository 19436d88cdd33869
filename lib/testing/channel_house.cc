/// The test as a process: it connects clients, and receives broadcasts and crashes.

#include <fmt/format.h>

#include "channel/fastlane.h"
#include "socket/socket_process.h"
#include "testing/channel_test.h"
#include "testing/connection.h"
#include "testing/fakes.h"
#include "testing/values.h"

namespace phx::testing {
namespace {

const std::string any_topic;  // see Wanted

Mail to_mail(const Sent& sent) {
  if (const auto* code = std::get_if<socket::CloseCode>(&sent)) {
    return {.kind = Mail::close, .name = std::to_string(static_cast<int>(*code))};
  }
  Value value = read(*std::get<serializer::FramePtr>(sent));
  return {value.kind == Value::reply ? Mail::reply : Mail::push, std::move(value.topic),
          std::move(value.name), std::move(value.ref), std::move(value.payload)};
}

ConnectResult ask(const UserSocket& user, const Json& params, const ConnectInfo& info,
                  Socket& socket) {
  ConnectResult result = user.connect({params, info}, socket);
  if (std::holds_alternative<Accepted>(result)) socket.id = user.id(socket).value_or("");
  return result;
}

}  // namespace

/// The test's process: messages to it are kept in the test's own mailbox.
class ChannelTest::TestProcess final : public process::Process {
 public:
  explicit TestProcess(ChannelTest& test) : test_(test) {}
  std::string name() const override { return "test"; }

 protected:
  void handle(process::Message message) override {
    if (const auto* said = pubsub::event_in<serializer::Broadcast>(message)) {
      test_.broadcasts_.put({Mail::broadcast, said->topic, said->event, {}, said->payload});
    } else if (const auto* down = message.get_if<process::Down>()) {
      test_.watched_.at(down->pid).ended = down->reason;
    }
  }

 private:
  ChannelTest& test_;
};

ChannelTest::ChannelTest()
    : shard_({}, Log::to(Level::info, [this](Level level, const std::string& line) {
               log_ += fmt::format("[{}] {}\n", name_of(level), line);
             })) {
  self_ = shard_.scheduler.spawn(std::make_unique<TestProcess>(*this));
}

ChannelTest::~ChannelTest() = default;

// --- Connecting ---------------------------------------------------------------------------------

Client ChannelTest::connect(const UserSocket& user, const Json& params, const ConnectInfo& info,
                            Where where) {
  Socket socket(shard_.context(), values());
  const ConnectResult result = ask(user, params, info, socket);
  if (const auto* rejected = std::get_if<Rejected>(&result)) {
    fail(fmt::format("expected: connect accepts {}\nactual:   rejected, {}\nWhat to do: correct "
                     "the parameters, or expect this with connect_rejected.\n",
                     params.dump(),
                     rejected->reason.empty() ? "without a reason" : "reason " + rejected->reason),
         where);
  }
  return start(user, std::move(socket));
}

Rejected ChannelTest::connect_rejected(const UserSocket& user, const Json& params,
                                       const ConnectInfo& info, Where where) {
  Socket socket(shard_.context(), values());
  const ConnectResult result = ask(user, params, info, socket);
  if (const auto* rejected = std::get_if<Rejected>(&result)) return *rejected;
  fail(fmt::format("expected: connect rejects {}\nactual:   accepted{}\nWhat to do: see what "
                   "connect expects of its parameters.\n",
                   params.dump(), socket.id.empty() ? "" : ", with the id " + socket.id.str()),
       where);
}

Client ChannelTest::socket(const UserSocket& user, std::string id, Assigns assigns) {
  Socket socket(shard_.context(), values());
  socket.id = std::move(id);
  socket.assigns = std::move(assigns);
  return start(user, std::move(socket));
}

Client ChannelTest::start(const UserSocket& user, Socket socket) {
  const auto connection = std::make_shared<Connection>(Connection{user, socket});
  connection->transport = shard_.scheduler.spawn(std::make_unique<FakeTransport>(
      user, std::move(socket),
      [connection](const Sent& sent) { connection->mailbox.put(to_mail(sent)); },
      [this, connection](process::Pid channel) {
        connection->youngest = channel;
        watch(channel, "a channel");
      }));
  watch(connection->transport, "the socket " + connection->socket.id.str());
  link(connection->transport);
  shard_.settle();
  return {*this, connection};
}

std::string ChannelTest::send(Connection& connection, const std::string& join_ref,
                              const std::string& topic, const std::string& event, Payload payload) {
  std::string ref = std::to_string(connection.next_ref++);
  const Value value{Value::message,    join_ref.empty() ? ref : join_ref, ref, topic, event,
                    std::move(payload)};
  shard_.scheduler.send(connection.transport, socket::FromClient{write(value)});
  return ref;
}

// --- Broadcasts ---------------------------------------------------------------------------------

void ChannelTest::subscribe(const std::string& topic) {
  std::unique_ptr<pubsub::Subscription>& subscription = subscriptions_[topic];
  if (!subscription) subscription = shard_.pubsub.subscribe(topic, self_);
}

void ChannelTest::broadcast(const std::string& topic, const std::string& event, Payload payload,
                            Where where) {
  channel::broadcast(shard_.pubsub, topic, event, std::move(payload));
  settle(where);
}

Payload ChannelTest::assert_broadcast(const std::string& event, const PayloadPattern& payload,
                                      Where where) {
  return assert_broadcast(any_topic, event, payload, where);
}

void ChannelTest::refute_broadcast(const std::string& event, const PayloadPattern& payload,
                                   Where where) {
  refute_broadcast(any_topic, event, payload, where);
}

Payload ChannelTest::assert_broadcast(const std::string& topic, const std::string& event,
                                      const PayloadPattern& payload, Where where) {
  return demand(broadcasts_, {Mail::broadcast, topic, event, {}, payload}, where);
}

void ChannelTest::refute_broadcast(const std::string& topic, const std::string& event,
                                   const PayloadPattern& payload, Where where) {
  refute(broadcasts_, {Mail::broadcast, topic, event, {}, payload}, where);
}

// --- Time and crashes ---------------------------------------------------------------------------

void ChannelTest::pass(Millis time, Where where) {
  shard_.pass(time);
  check_links(where);
}

void ChannelTest::settle(Where where) {
  shard_.settle();
  check_links(where);
}

void ChannelTest::watch(process::Pid pid, std::string name) {
  watched_.emplace(pid, Watched{std::move(name)});
  shard_.scheduler.monitor(self_, pid);
}

void ChannelTest::check_links(Where where) {
  if (!shard_.scheduler.alive(self_)) {
    fail(
        "expected: the test takes the broadcasts that it subscribes to\nactual:   more than its "
        "mailbox holds\nWhat to do: subscribe to fewer topics, or call assert_broadcast in "
        "between.\n",
        where);
  }
  if (trapping_) return;
  for (auto& [pid, watched] : watched_) {
    if (!watched.linked || !watched.ended) continue;
    watched.linked = false;  // it is reported once
    if (watched.ended->kind != process::ExitReason::crash) continue;
    fail(fmt::format("expected: no process crashes\nactual:   {} ended with {}\nWhat to do: fix "
                     "the code that threw. A test that wants the crash calls trap_exits() first, "
                     "then assert_down().\n",
                     watched.name, to_string(*watched.ended)),
         where);
  }
}

const std::optional<process::ExitReason>& ChannelTest::end_of(process::Pid pid) const {
  return watched_.at(pid).ended;
}

// --- Failing ------------------------------------------------------------------------------------

Payload ChannelTest::demand(Mailbox& mailbox, const Wanted& wanted, Where where) const {
  if (auto mail = mailbox.take(wanted)) return std::move(mail->payload);
  fail(mailbox.why_not(wanted), where);
}

void ChannelTest::refute(const Mailbox& mailbox, const Wanted& refuted, Where where) const {
  if (mailbox.holds(refuted)) fail(mailbox.why_still(refuted), where);
}

void ChannelTest::fail(std::string report, Where where) const {
  throw Failure(std::move(report) + (log_.empty() ? "Nothing was logged." : "Logged:\n" + log_),
                where);
}

}  // namespace phx::testing
