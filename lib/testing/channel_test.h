#pragma once
/// \file
/// Tests channels as their clients see them, without a server or a port.
///
///     PHX_TEST("a message is broadcast under its sender's name, and answered") {
///       const chat::ChatSocket users(login);
///       ChannelTest test;
///       const Client ada = test.socket(users, "", {{"user", "Ada"}});
///       const JoinedChannel room = ada.subscribe_and_join("room:lobby");
///
///       const MessageRef ref = room.push("new_msg", Json::object({{"body", "hello"}}));
///
///       room.assert_reply(ref, Status::ok);
///       test.assert_broadcast("new_msg", Json::object({{"user", "Ada"}, {"body", "hello"}}));
///     }
///
/// (chapters/01-the-101/room_test.cc, with more of them.)
///
/// A payload is compared whole; containing() compares only some members; an omitted one matches
/// any. Time, crashes and presences:
///
///     test.pass(Millis{1'000});                         // what was due happens
///     room.assert_push("ticked", containing(Json::object({{"n", 1}})));
///     test.trap_exits();
///     room.push("boom");
///     room.assert_down({ExitReason::crash, "boom"});
///     test.assert_broadcast("room:b", "presence_diff",
///                           containing(Json::object({{"joins", here}})));
///
/// A test program is one file that includes this header, and the objects that it tests; `main` is
/// in libphoenix-testing.a, which `make unit` builds beside libphoenix.a:
///
///     g++ -std=c++20 -Ilib room_test.cc room.o -Lbuild/plain -lphoenix-testing -lphoenix $LIBS
///
/// where LIBS is the Makefile's, and -lcmocka. It prints what passed and failed, with --tap for
/// machines, and exits with 1 if one failed. Here, `make unit` finds each NAME_test.cc of a chapter
/// and links it with the chapter's sources.
///
/// Nothing waits: each call runs the processes until all are idle, and only pass() moves the clock.
/// So an assertion has no timeout. Handlers that are blocking() run in their turn. A channel that
/// crashes fails the test where it happens, unless the test has called trap_exits(). A failure
/// shows the processes' log. For one thread. Mirrors Phoenix.ChannelTest.

#include <map>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "socket/close_code.h"
#include "socket/user_socket.h"
#include "testing/case.h"
#include "testing/mailbox.h"
#include "testing/test_shard.h"

namespace phx::testing {

using serializer::Status;
using Where = std::source_location;

/// A client's message that is to be answered.
struct MessageRef {
  std::string text;
};

class ChannelTest;
struct Connection;

/// A client that has joined a topic. Copies are the same client. The ChannelTest must outlive it.
class JoinedChannel {
 public:
  /// The response to the join.
  const Payload& response() const { return response_; }
  const std::string& topic() const { return topic_; }
  process::Pid pid() const { return pid_; }
  /// The channel's current socket, with its assigns. \throws Failure if it has ended.
  Socket socket(Where where = Where::current()) const;

  /// Sends from the client: handle_in is called.
  MessageRef push(const std::string& event, Payload payload = {},
                  Where where = Where::current()) const;
  /// The client leaves the topic, which is answered, and gets `phx_close`.
  MessageRef leave(Where where = Where::current()) const;
  /// Broadcasts from the test to all members of the topic, through handle_out if they intercept.
  /// The test itself doesn't get it.
  void broadcast_from(const std::string& event, Payload payload,
                      Where where = Where::current()) const;
  /// Sends from another process: handle_info is called.
  void send(process::Message message, Where where = Where::current()) const;

  // Each removes the message it finds, and returns the payload. An omitted payload matches any.

  Payload assert_push(const std::string& event, const PayloadPattern& payload = any_payload(),
                      Where where = Where::current()) const;
  void refute_push(const std::string& event, const PayloadPattern& payload = any_payload(),
                   Where where = Where::current()) const;
  Payload assert_reply(const MessageRef& ref, Status status,
                       const PayloadPattern& payload = any_payload(),
                       Where where = Where::current()) const;
  void refute_reply(const MessageRef& ref, Status status,
                    const PayloadPattern& payload = any_payload(),
                    Where where = Where::current()) const;

  /// Removes the oldest message of any kind that has come on this topic.
  std::optional<Mail> next() const;

  /// The channel has ended; returns why. In Phoenix: Process.monitor and assert_receive.
  process::ExitReason assert_down(Where where = Where::current()) const;
  void assert_down(const process::ExitReason& reason, Where where = Where::current()) const;
  void refute_down(Where where = Where::current()) const;

 private:
  friend class Client;
  JoinedChannel(ChannelTest& test, std::shared_ptr<Connection> connection, std::string topic,
                std::string join_ref, process::Pid pid, Payload response);

  ChannelTest* test_;
  std::shared_ptr<Connection> connection_;
  std::string topic_;
  std::string join_ref_;
  process::Pid pid_;
  Payload response_;
};

/// A connected client. Copies are the same client. The ChannelTest must outlive it.
class Client {
 public:
  /// The socket as connect left it: its id and assigns.
  const Socket& socket() const;
  bool connected() const;

  /// \throws Failure if the channel refuses or crashes, or no channel takes the topic.
  JoinedChannel join(const std::string& topic, Payload payload = {},
                     Where where = Where::current()) const;
  /// Also subscribes the test to the topic: see ChannelTest::assert_broadcast.
  JoinedChannel subscribe_and_join(const std::string& topic, Payload payload = {},
                                   Where where = Where::current()) const;
  /// The reason of a refused join. \throws Failure if it is accepted or crashes.
  Payload join_refused(const std::string& topic, Payload payload = {},
                       Where where = Where::current()) const;
  /// The crash of a join. \throws Failure if it does not crash.
  process::ExitReason join_crashed(const std::string& topic, Payload payload = {},
                                   Where where = Where::current()) const;

  /// The client closes its connection: its channels end with `shutdown: closed`.
  void close(Where where = Where::current()) const;
  /// The server has closed the connection: `going_away` after a `disconnect`.
  void assert_closed(socket::CloseCode code, Where where = Where::current()) const;

 private:
  friend class ChannelTest;
  struct Attempt;
  Client(ChannelTest& test, std::shared_ptr<Connection> connection);
  Attempt attempt(const std::string& topic, Payload payload, Where where) const;

  ChannelTest* test_;
  std::shared_ptr<Connection> connection_;
};

/// The environment of one test. Neither copied nor moved. Make objects that channels share, such as
/// a Presence, new for each test too.
class ChannelTest {
 public:
  ChannelTest();
  ChannelTest(const ChannelTest&) = delete;
  ChannelTest& operator=(const ChannelTest&) = delete;
  ~ChannelTest();

  /// Calls the user socket's connect and id, as a transport does. `user` outlives the test. \throws
  /// Failure if it rejects; connect's exceptions pass through.
  Client connect(const UserSocket& user, const Json& params = Json::object(),
                 const ConnectInfo& info = {}, Where where = Where::current());
  /// \throws Failure if it accepts.
  Rejected connect_rejected(const UserSocket& user, const Json& params = Json::object(),
                            const ConnectInfo& info = {}, Where where = Where::current());
  /// A client as if connect had accepted it with this socket. Mirrors socket/3.
  Client socket(const UserSocket& user, std::string id = {}, Assigns assigns = {});

  /// Subscribes the test to the topic; each broadcast comes once, however often this is called.
  void subscribe(const std::string& topic);
  /// Broadcasts to all members of the topic, and to the test. Mirrors Endpoint.broadcast/3.
  void broadcast(const std::string& topic, const std::string& event, Payload payload,
                 Where where = Where::current());
  /// On any topic that the test has subscribed to. Removes it and returns the payload.
  Payload assert_broadcast(const std::string& event, const PayloadPattern& payload = any_payload(),
                           Where where = Where::current());
  void refute_broadcast(const std::string& event, const PayloadPattern& payload = any_payload(),
                        Where where = Where::current());
  /// The same, only on this topic.
  Payload assert_broadcast(const std::string& topic, const std::string& event,
                           const PayloadPattern& payload = any_payload(),
                           Where where = Where::current());
  void refute_broadcast(const std::string& topic, const std::string& event,
                        const PayloadPattern& payload = any_payload(),
                        Where where = Where::current());

  /// Moves the clock: everything due in that time happens, in order.
  void pass(Millis time, Where where = Where::current());
  /// From now on a crash does not fail the test by itself: for tests that expect one with
  /// assert_down. Mirrors Process.flag(:trap_exit, true).
  void trap_exits() { trapping_ = true; }

  /// For tests that run their own processes.
  const Context& context() { return shard_.context(); }
  /// The processes' log: information, warnings and errors.
  const std::string& logged() const { return log_; }

 private:
  friend class Client;
  friend class JoinedChannel;
  class TestProcess;

  /// A process that the test monitors.
  struct Watched {
    std::string name;
    bool linked = false;  ///< Its crash fails the test.
    std::optional<process::ExitReason> ended = {};
  };

  Client start(const UserSocket& user, Socket socket);
  std::string send(Connection& connection, const std::string& join_ref, const std::string& topic,
                   const std::string& event, Payload payload);
  void watch(process::Pid pid, std::string name);
  void link(process::Pid pid) { watched_.at(pid).linked = true; }
  /// Runs all processes until they are idle. \throws Failure for the crash of a linked process.
  void settle(Where where);
  void check_links(Where where);
  const std::optional<process::ExitReason>& end_of(process::Pid pid) const;

  Payload demand(Mailbox& mailbox, const Wanted& wanted, Where where) const;
  void refute(const Mailbox& mailbox, const Wanted& refuted, Where where) const;
  /// Fails with the report and the log.
  [[noreturn]] void fail(std::string report, Where where) const;

  std::string log_;
  TestShard shard_;
  std::map<process::Pid, Watched> watched_;
  Mailbox broadcasts_;
  process::Pid self_;
  std::map<std::string, std::unique_ptr<pubsub::Subscription>> subscriptions_;
  bool trapping_ = false;
};

}  // namespace phx::testing
