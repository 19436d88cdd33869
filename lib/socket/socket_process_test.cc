/// One connection's conversation, frame by frame.

#include "socket/socket_process.h"

#include "testing/actors.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

/// A channel that does what a test needs, and records in the journal how it ended.
std::vector<std::string> journal;

struct Room : Channel {
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override {
    if (params["refuse"] == Json(true)) return Refused{Json::object({{"reason", "refused"}})};
    if (params["crash"] == Json(true)) throw std::runtime_error("boom");
    if (params["push"] == Json(true)) socket.send_self(1);
    if (topic == "room:reply") return Joined{std::move(params)};
    return Joined{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "echo") return Reply::ok(std::move(payload));
    if (event == "count") return Reply::ok(Json::object({{"count", ++count_}}));
    if (event == "stop") return Stop{};
    if (event == "stop_reply") return Stop{{}, Reply::ok(std::move(payload))};
    if (event == "silent") return NoReply{};
    if (event == "later") {
      late = socket.socket_ref();
      return NoReply{};
    }
    return unhandled(event);
  }
  Result handle_info(process::Message, Socket& socket) override {
    socket.push("after_join", {});
    return NoReply{};
  }
  void terminate(const ExitReason& reason, Socket& socket) override {
    journal.push_back(socket.topic() + " " + process::to_string(reason));
  }
  static inline std::optional<SocketRef> late;

 private:
  int count_ = 0;
};

struct Users : UserSocket {
  Users() { channel<Room>("room:*"); }
  std::size_t max_channels() const override { return 3; }
};

struct Fixture {
  TestShard shard;
  Users users;
  FakeClient client{shard, users};
  Fixture() { journal.clear(); }

  void join(const std::string& topic = "room:a", const std::string& ref = "1") {
    client.send("[\"" + ref + "\",\"" + ref + "\",\"" + topic + "\",\"phx_join\",{}]");
    client.heard();
  }
};

std::string ok(const std::string& join_ref, const std::string& ref, const std::string& topic,
               const std::string& response = "{}") {
  return "[" + join_ref + "," + ref + ",\"" + topic + "\",\"phx_reply\",{\"response\":" + response +
         ",\"status\":\"ok\"}]";
}
std::string unmatched(const std::string& ref, const std::string& topic) {
  return "[null," + ref + "," + topic +
         ",\"phx_reply\",{\"response\":{\"reason\":\"unmatched topic\"},\"status\":\"error\"}]";
}

}  // namespace

PHX_TEST("a join is answered with the refs as they came, types included") {
  Fixture f;
  f.client.send(R"([1,{"x":1},"room:a","phx_join",{}])");
  expect_eq(f.client.heard(), Heard{ok("1", R"({"x":1})", "room:a")});
}

PHX_TEST("the join's payload reaches the channel and its response comes back") {
  Fixture f;
  f.client.send(R"(["1","2","room:reply","phx_join",{"a":[1]}])");
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "\"2\"", "room:reply", R"({"a":[1]})")});
}

PHX_TEST("a refused join and a crashed one leave the topic unjoined") {
  Fixture f;
  f.client.send(R"(["1","1","room:a","phx_join",{"refuse":true}])");
  f.client.send(R"(["2","2","room:a","phx_join",{"crash":true}])");
  f.client.send(R"(["2","3","room:a","echo",{}])");
  expect_eq(
      f.client.heard(),
      Heard{
          R"(["1","1","room:a","phx_reply",{"response":{"reason":"refused"},"status":"error"}])",
          R"(["2","2","room:a","phx_reply",{"response":{"reason":"join crashed"},"status":"error"}])",
          unmatched("\"3\"", "\"room:a\"")});
  expect_eq(journal, Heard{"room:a shutdown"});  // no terminate after a join that threw
}

PHX_TEST("a topic without a channel is unmatched, whatever its type; an object ends the socket") {
  Fixture f;
  f.client.send(R"(["1","1","nope:a","phx_join",{}])");
  f.client.send(R"(["1","2",5,"phx_join",{}])");
  f.client.send(R"(["1","3",null,"echo",{}])");
  f.client.send(R"(["1","4",["x"],"phx_leave",{}])");
  f.client.send(R"(["1","5",{"a":1},"phx_join",{}])");
  expect_eq(
      f.client.heard(),
      Heard{unmatched("\"1\"", "\"nope:a\""), unmatched("\"2\"", "5"), unmatched("\"3\"", "null"),
            R"(["1","4",["x"],"phx_reply",{"response":{},"status":"ok"}])", "close 1011"});
}

PHX_TEST("a heartbeat is answered without a join_ref; any other event on phoenix is unmatched") {
  Fixture f;
  f.client.send(R"(["9","1","phoenix","heartbeat",5])");
  f.client.send(R"([null,"2","phoenix","phx_join",{}])");
  expect_eq(f.client.heard(),
            Heard{ok("null", "\"1\"", "phoenix"), unmatched("\"2\"", "\"phoenix\"")});
}

PHX_TEST("only phoenix has heartbeats: on any other topic it is an event like all others") {
  Fixture f;
  f.client.send(R"([null,"1","room:a","heartbeat",{}])");
  f.client.send(R"([null,"2","nope:a","heartbeat",{}])");
  f.client.send(R"([null,"3",5,"heartbeat",{}])");
  expect_eq(f.client.heard(), Heard{unmatched("\"1\"", "\"room:a\""),
                                    unmatched("\"2\"", "\"nope:a\""), unmatched("\"3\"", "5")});
  f.join();
  f.client.send(R"(["1","4","room:a","heartbeat",{}])");  // which the channel does not know
  expect_eq(f.client.heard(),
            Heard{R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])"});
}

PHX_TEST("a stale join_ref is ignored, a null one matches the current join") {
  Fixture f;
  f.join();
  f.client.send(R"(["0","2","room:a","count",{}])");
  f.client.send(R"([1,"3","room:a","count",{}])");
  f.client.send(R"([null,"4","room:a","count",{}])");
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "\"4\"", "room:a", R"({"count":1})")});
}

PHX_TEST("an event without a ref is answered without one") {
  Fixture f;
  f.join();
  f.client.send(R"(["1",null,"room:a","echo",{}])");
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "null", "room:a")});
}

//! [second_join]
PHX_TEST("a second join ends the first: the new reply comes first, then phx_close of the old") {
  Fixture f;
  f.join();
  f.client.send(R"(["1","2","room:a","count",{}])");
  f.client.heard();
  f.client.send(R"(["3","3","room:a","phx_join",{}])");
  f.client.send(R"(["3","4","room:a","count",{}])");
  expect_eq(f.client.heard(),
            Heard{ok("\"3\"", "\"3\"", "room:a"), R"(["1","1","room:a","phx_close",{}])",
                  ok("\"3\"", "\"4\"", "room:a", R"({"count":1})")});
  expect_eq(journal, Heard{});
}
//! [second_join]

PHX_TEST("a second join ends the first by the reason duplicate_join, and lets it say nothing") {
  TestShard shard;
  const Users users;
  process::Pid channel;
  std::vector<std::string> downs;
  Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
  const process::Pid transport = shard.scheduler.spawn(std::make_unique<FakeTransport>(
      users, std::move(socket), [](const Sent&) {},
      [&](process::Pid spawned) { channel = spawned; }));
  const auto send = [&](const std::string& text) {
    shard.scheduler.send(transport, socket::FromClient{{serializer::Frame::text, text}});
    shard.settle();
  };
  send(R"(["1","1","room:a","phx_join",{}])");
  expect(channel != process::Pid{}, "the transport hears of each channel that is spawned");
  auto watcher = std::make_unique<Actor>();
  watcher->on_init = [&channel](Actor& a) { a.scheduler().monitor(a.self(), channel); };
  watcher->on_message = [&downs](Actor&, Message message) {
    if (const auto* down = message.get_if<process::Down>())
      downs.push_back(to_string(down->reason));
  };
  shard.scheduler.spawn(std::move(watcher));
  shard.settle();
  send(R"(["2","2","room:a","phx_join",{}])");
  expect_eq(downs, Heard{"shutdown: duplicate_join"});
}

PHX_TEST("a join holds back what the client sends after it") {
  Fixture f;
  f.client.send_together({R"(["1","1","room:a","phx_join",{}])", R"(["1","2","room:a","count",{}])",
                          R"([null,"3","phoenix","heartbeat",{}])"});
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "\"1\"", "room:a"), ok("null", "\"3\"", "phoenix"),
                                    ok("\"1\"", "\"2\"", "room:a", R"({"count":1})")});
}

PHX_TEST("a new channel is made when the old one of its topic has gone") {
  static int alive;
  static std::vector<int> alive_before;
  struct Counted : Channel {
    Counted() { alive_before.push_back(alive++); }
    ~Counted() override { --alive; }
    JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  };
  struct Rooms : UserSocket {
    Rooms() { channel<Counted>("*"); }
  };
  alive = 0;
  alive_before.clear();
  TestShard shard;
  const Rooms users;
  FakeClient client(shard, users);
  for (int i = 0; i < 2; ++i) client.send(R"(["1","1","room:a","phx_join",{}])");
  expect_eq(alive_before, std::vector<int>{0, 0});
}

PHX_TEST("no news comes of a channel that refused") {
  struct Recorder final : socket::SocketProcess {
    Recorder(const UserSocket& user, Socket socket, int& downs)
        : SocketProcess(user, std::move(socket)), downs_(downs) {}

   protected:
    void handle(process::Message message) override {
      if (message.holds<process::Down>()) ++downs_;
      SocketProcess::handle(std::move(message));
    }
    void deliver(serializer::FramePtr) override {}
    void close(socket::CloseCode) override {}

   private:
    int& downs_;
  };
  TestShard shard;
  const Users users;
  int downs = 0;
  Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
  const process::Pid transport =
      shard.scheduler.spawn(std::make_unique<Recorder>(users, std::move(socket), downs));
  const std::string refused = R"(["1","1","room:a","phx_join",{"refuse":true}])";
  shard.scheduler.send(transport, socket::FromClient{{serializer::Frame::text, refused}});
  shard.settle();
  expect_eq(journal.empty(), false);
  expect_eq(downs, 0);
}

PHX_TEST("a second join that is refused still ends the first") {
  Fixture f;
  f.join();
  f.client.send(R"(["2","2","room:a","phx_join",{"refuse":true}])");
  f.client.send(R"(["1","3","room:a","echo",{}])");
  expect_eq(
      f.client.heard(),
      Heard{R"(["2","2","room:a","phx_reply",{"response":{"reason":"refused"},"status":"error"}])",
            R"(["1","1","room:a","phx_close",{}])", unmatched("\"3\"", "\"room:a\"")});
}

PHX_TEST("a leave is answered, then comes phx_close, and the channel is gone") {
  Fixture f;
  f.join();
  f.client.send(R"(["1","2","room:a","phx_leave",{}])");
  f.client.send(R"(["1","3","room:a","echo",{}])");
  expect_eq(f.client.heard(),
            Heard{ok("\"1\"", "\"2\"", "room:a"), R"(["1","1","room:a","phx_close",{}])",
                  unmatched("\"3\"", "\"room:a\"")});
  expect_eq(journal, Heard{"room:a shutdown: left"});
}

PHX_TEST(
    "a leave of a topic that is not joined is answered ok; one with a stale join_ref is ignored") {
  Fixture f;
  f.client.send(R"(["7","1","room:a","phx_leave",{}])");
  f.join();
  f.client.send(R"(["0","2","room:a","phx_leave",{}])");
  f.client.send(R"(["1","3","room:a","echo",{}])");
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "\"3\"", "room:a")});
}

PHX_TEST("messages in flight after a leave are dropped silently") {
  Fixture f;
  f.join();
  f.client.send_together({R"(["1","2","room:a","phx_leave",{}])", R"(["1","3","room:a","echo",{}])",
                          R"(["1","4","room:a","phx_leave",{}])"});
  expect_eq(f.client.heard(),
            Heard{ok("\"1\"", "\"2\"", "room:a"), R"(["1","1","room:a","phx_close",{}])"});
}

//! [crash_is_phx_error]
PHX_TEST("a crash is phx_error and no reply; others go on, and the topic can be joined again") {
  Fixture f;
  f.join("room:a");
  f.join("room:b", "2");
  f.client.send(R"(["1","3","room:a","no_such_event",{}])");
  f.client.send(R"(["2","4","room:b","echo",{}])");
  f.client.send(R"(["5","5","room:a","phx_join",{}])");
  expect_eq(f.client.heard(),
            Heard{R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])",
                  ok("\"2\"", "\"4\"", "room:b"), ok("\"5\"", "\"5\"", "room:a")});
}
//! [crash_is_phx_error]

PHX_TEST("an event whose name is not a string reaches the channel and crashes it") {
  Fixture f;
  f.join();
  f.client.send(R"(["1","2","room:a",5,{}])");
  expect_eq(f.client.heard(),
            Heard{R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])"});
}

PHX_TEST("a stop is phx_close and no phx_error; its reply comes first") {
  Fixture f;
  f.join();
  f.client.send(R"(["1","2","room:a","stop",{}])");
  f.join("room:a", "3");
  f.client.send(R"(["3","4","room:a","stop_reply",{"a":1}])");
  expect_eq(f.client.heard(), Heard{ok("\"3\"", "\"4\"", "room:a", R"({"a":1})"),
                                    R"(["3","3","room:a","phx_close",{}])"});
}

PHX_TEST("joined without a join_ref, the channel uses the ref, and its close has none") {
  Fixture f;
  f.client.send(R"([null,"1","room:a","phx_join",{"push":true}])");
  f.client.send(R"([null,"2","room:a","echo",{}])");
  f.client.send(R"(["1","3","room:a","echo",{}])");
  f.client.send(R"([null,"4","room:a","stop",{}])");
  expect_eq(f.client.heard(),
            Heard{ok("null", "\"1\"", "room:a"), R"(["1",null,"room:a","after_join",{}])",
                  ok("\"1\"", "\"2\"", "room:a"), R"([null,null,"room:a","phx_close",{}])"});
}

PHX_TEST("a deferred reply carries its event's ref, and comes even after the channel has gone") {
  Fixture f;
  f.join();
  f.client.send(R"(["1","2","room:a","later",{}])");
  f.client.send(R"(["1","3","room:a","phx_leave",{}])");
  f.client.heard();
  reply(f.shard.scheduler, *Room::late, Reply::ok());
  f.shard.settle();
  expect_eq(f.client.heard(), Heard{ok("\"1\"", "\"2\"", "room:a")});
}

PHX_TEST("a join above the limit is refused, and leaving a topic makes room") {
  Fixture f;
  std::size_t told = 0;
  f.shard.telemetry.attach("ear", {telemetry::on<telemetry::LimitReached>([&](const auto& reached) {
                             if (reached.limit == telemetry::Limit::channels)
                               told = reached.allowed;
                           })});
  for (const char* topic : {"room:a", "room:b", "room:c"}) f.join(topic);
  expect_eq(told, 0u);
  f.client.send(R"(["4","4","room:d","phx_join",{}])");
  expect_eq(told, 3u);
  f.client.send(R"(["1","5","room:a","phx_leave",{}])");
  f.client.send(R"(["6","6","room:d","phx_join",{}])");
  const Heard heard = f.client.heard();
  expect_eq(
      heard.front(),
      std::string(
          R"(["4","4","room:d","phx_reply",{"response":{"reason":"too many channels joined"},"status":"error"}])"));
  expect_eq(heard.back(), ok("\"6\"", "\"6\"", "room:d"));
}

PHX_TEST("a frame that is not a message ends this connection alone, with 1011, and its channels") {
  Fixture f;
  FakeClient other(f.shard, f.users);
  f.join();
  f.client.send("hello");
  expect_eq(f.client.heard(), Heard{"close 1011"});
  expect(!f.client.connected() && other.connected(), "one is gone, the other is not");
  expect_eq(journal, Heard{"room:a crash: expected '[' at byte 0"});
}

PHX_TEST(
    "text that is not valid UTF-8 ends the connection with 1007, bytes that are not a message with "
    "1011") {
  Fixture f;
  f.client.send("[\"\xff\"]");
  expect_eq(f.client.heard(), Heard{"close 1007"});
  FakeClient other(f.shard, f.users, "1.0.0");
  other.send(serializer::Frame{serializer::Frame::binary, "\xff"});
  expect_eq(other.heard(), Heard{"close 1011"});
}

PHX_TEST("when the client goes, its channels end with closed, and nothing is left") {
  Fixture f;
  f.join("room:a");
  f.join("room:b", "2");
  f.client.hang_up();
  std::sort(journal.begin(), journal.end());
  expect_eq(journal, Heard{"room:a shutdown: closed", "room:b shutdown: closed"});
  expect_eq(f.shard.scheduler.population(), 0u);
  expect_eq(f.shard.pubsub.subscribers("room:a"), 0u);
}

PHX_TEST("V1 messages are the same without a join_ref") {
  Fixture f;
  FakeClient client(f.shard, f.users, "1.0.0");
  client.send(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  client.send(R"({"topic":"room:a","event":"echo","payload":{},"ref":"2"})");
  client.send(R"({"topic":"room:a","event":"stop","payload":{},"ref":"3"})");
  expect_eq(
      client.heard(),
      Heard{
          R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"1","topic":"room:a"})",
          R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"2","topic":"room:a"})",
          R"({"event":"phx_close","payload":{},"ref":"1","topic":"room:a"})"});
}

PHX_TEST("the channels of a connection share its id") {
  TestShard shard;
  struct Keeper : Channel {
    JoinResult join(std::string_view, Payload, Socket& socket) override {
      kept.push_back(socket.id);
      return Joined{};
    }
    std::vector<SharedText>& kept;
    explicit Keeper(std::vector<SharedText>& k) : kept(k) {}
  };
  struct Keepers : UserSocket {
    Keepers() {
      channel("room:*", [this] { return std::make_unique<Keeper>(kept); });
    }
    std::vector<SharedText> kept;
  } users;
  FakeClient client(shard, users, "2.0.0", std::string(60'000, 'u'));
  client.send(R"(["1","1","room:a","phx_join",{}])");
  client.send(R"(["2","2","room:b","phx_join",{}])");
  expect_eq(users.kept.size(), 2u);
  expect_eq(users.kept[1].str(), std::string(60'000, 'u'));
  expect(&users.kept[0].str() == &users.kept[1].str(), "one text, used twice");
}
