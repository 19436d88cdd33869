/// A channel that crashes, blocks or floods itself harms no other process.

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "socket/socket_process.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

/// Holds a blocking handler until the test opens it.
struct Gate {
  std::promise<void> entered, opened;
  std::shared_future<void> open = opened.get_future().share();
};

struct Tick {};  ///< Sends itself the next one: a channel whose mailbox is never empty.
struct Mail {};

/// A channel that crashes in the callback that its client names.
struct Fragile : Channel {
  explicit Fragile(Gate& gate) : gate_(gate) {}

  std::vector<std::string> intercepts() const override { return {"intercepted"}; }
  bool blocking(std::string_view event, const Payload& payload) const override {
    return event == "block" || (event == "phx_join" && payload["block"] == Json(true));
  }

  JoinResult join(std::string_view, Payload params, Socket&) override {
    if (params["crash"] == Json("join")) throw std::runtime_error("boom");
    if (params["block"] == Json(true)) block();
    where_ = params["crash"].string_or("");
    return Joined{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "count") return Reply::ok(Json::object({{"count", ++count_}}));
    if (event == "no_exception") throw 42;
    if (event == "bad_push") socket.push("pushed", payload);
    if (event == "tell") socket.broadcast("told", payload);
    if (event == "intercept") socket.broadcast("intercepted", payload);
    if (event == "info") socket.send_self(Mail{});
    if (event == "tick") socket.send_self(Tick{});
    if (event == "flood") flood(payload["messages"].integer_or(0), socket);
    if (event == "stop") return Stop{};
    if (event == "block") block();
    if (event == "crash") throw std::runtime_error("boom");
    return NoReply{};
  }
  Result handle_out(std::string_view, Payload, Socket&) override {
    if (where_ == "handle_out") throw std::runtime_error("boom");
    return NoReply{};
  }
  Result handle_info(process::Message message, Socket& socket) override {
    if (where_ == "handle_info") throw std::runtime_error("boom");
    if (message.holds<Tick>()) socket.send_self(Tick{});
    return NoReply{};
  }
  void terminate(const ExitReason&, Socket&) override {
    if (where_ == "terminate") throw std::runtime_error("boom");
  }

 private:
  static void flood(long long messages, Socket& socket) {
    for (long long i = 0; i < messages; ++i) socket.send_self(Mail{});
  }
  void block() {
    gate_.entered.set_value();
    gate_.open.wait();
  }

  Gate& gate_;
  std::string where_;
  int count_ = 0;
};

struct Users : UserSocket {
  explicit Users(Gate& gate) {
    channel("room:*", [&gate] { return std::make_unique<Fragile>(gate); });
  }
};

constexpr process::Limits small_mailbox{.mailbox = 100, .mailbox_bytes = 1'000'000};

/// Ann is in two rooms, room:a and room:b, with a count of one each; Ben is in room:a, too.
struct Fixture {
  std::string log;
  Gate gate;
  TestShard shard{small_mailbox, Log::to(Level::error, [this](Level, const std::string& line) {
                    log += line + "\n";
                  })};
  Users users{gate};
  FakeClient ann{shard, users}, ben{shard, users};

  explicit Fixture(const std::string& crashing_in = "") {
    join(ann, "room:a", R"({"crash":")" + crashing_in + R"("})");
    join(ann, "room:b", "{}");
    join(ben, "room:a", "{}");
    for (FakeClient* client : {&ann, &ben}) client->heard();
    count(ann, "room:b", 1);
    count(ben, "room:a", 1);
  }

  static void join(FakeClient& client, const std::string& topic, const std::string& params) {
    client.send(R"(["1","1",")" + topic + R"(","phx_join",)" + params + "]");
  }
  static void push(FakeClient& client, const std::string& topic, const std::string& event,
                   const std::string& payload = "{}") {
    client.send(R"(["1","2",")" + topic + R"(",")" + event + R"(",)" + payload + "]");
  }
  /// The channel answers with its count, so it is still the one that was joined.
  static void count(FakeClient& client, const std::string& topic, int expected) {
    push(client, topic, "count");
    expect_eq(client.heard(),
              Heard{R"(["1","2",")" + topic + R"(","phx_reply",{"response":{"count":)" +
                    std::to_string(expected) + R"(},"status":"ok"}])"});
  }
  /// Everything but Ann's channel in room:a goes on.
  void expect_others_alive() {
    expect(ann.connected() && ben.connected(), "both sockets live on");
    count(ann, "room:b", 2);
    ann.send(R"([null,"3","phoenix","heartbeat",{}])");
    expect_eq(ann.heard(),
              Heard{R"([null,"3","phoenix","phx_reply",{"response":{},"status":"ok"}])"});
    count(ben, "room:a", 2);
    push(ben, "room:a", "tell", R"({"n":1})");
    expect_eq(ben.heard(), Heard{R"([null,null,"room:a","told",{"n":1}])"});
    expect_eq(ann.heard(), Heard{});  // Ann's channel is gone, and its subscription
  }
};

const Heard crashed{R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])"};

}  // namespace

PHX_TEST(
    "a channel may crash in any callback: its client is notified, and everything else lives on") {
  const std::vector<std::pair<std::string, std::string>> ways{
      {"", "crash"},          {"", "no_exception"},        {"handle_info", "info"},
      {"terminate", "crash"}, {"handle_out", "intercept"},
  };
  for (const auto& [where, event] : ways) {
    Fixture f(where);
    Fixture::push(f.ann, "room:a", event);
    expect_eq(f.ann.heard(), crashed);
    expect(f.log.find("a process crashed") != std::string::npos, "the log says so: " + f.log);
    expect_eq(f.shard.scheduler.stats().crashed, 1u);
    f.expect_others_alive();
  }
}

PHX_TEST("a channel that crashes in terminate has sent its close, and harms no other") {
  Fixture f("terminate");
  Fixture::push(f.ann, "room:a", "stop");
  expect_eq(f.ann.heard(), Heard{R"(["1","1","room:a","phx_close",{}])"});
  expect_eq(f.shard.scheduler.stats().crashed, 1u);
  f.expect_others_alive();
}

PHX_TEST("a crash in join is a refused join, and harms no other channel") {
  Fixture f;
  f.ann.send(R"(["4","4","room:c","phx_join",{"crash":"join"}])");
  expect_eq(f.ann.heard(), Heard{R"(["4","4","room:c","phx_reply",{"response":)"
                                 R"({"reason":"join crashed"},"status":"error"}])"});
  Fixture::count(f.ann, "room:b", 2);
  Fixture::count(f.ben, "room:a", 2);
}

PHX_TEST("a channel that crashed can be joined again, a hundred times, and leaves nothing behind") {
  Fixture f;
  const std::size_t population = f.shard.scheduler.population();
  for (int i = 0; i < 100; ++i) {
    Fixture::push(f.ann, "room:a", "crash");
    Fixture::join(f.ann, "room:a", "{}");
  }
  expect_eq(f.shard.scheduler.population(), population);
  expect_eq(f.shard.pubsub.subscribers("room:a"), 2u);
}

PHX_TEST("a channel that floods itself ends at its mailbox's limit, which is logged and counted") {
  Fixture f;
  Fixture::push(f.ann, "room:a", "flood", R"({"messages":101})");
  expect_eq(f.ann.heard(), crashed);
  expect_eq(f.shard.scheduler.stats().overflowed, 1u);
  expect(f.log.find("mailbox overflow: more than 100 messages wait") != std::string::npos,
         "the log states the limit: " + f.log);
  f.expect_others_alive();
}

PHX_TEST("a mailbox holds as many messages as its limit") {
  Fixture f;
  Fixture::push(f.ann, "room:a", "flood", R"({"messages":100})");
  expect_eq(f.ann.heard(), Heard{});
  Fixture::count(f.ann, "room:a", 1);
}

PHX_TEST("a channel that keeps sending itself a message delays no other") {
  TestShard shard({.turns_a_run = 64});
  Gate gate;
  const Users users(gate);
  const auto only_some_turns = [&shard] { shard.scheduler.run(shard.scheduler.now()); };
  Heard heard;
  Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
  const process::Pid ann = shard.scheduler.spawn(
      std::make_unique<FakeTransport>(users, std::move(socket), [&heard](const Sent& sent) {
        heard.push_back(std::get<serializer::FramePtr>(sent)->bytes);
      }));
  for (const char* text :
       {R"(["1","1","room:a","phx_join",{}])", R"(["2","2","room:b","phx_join",{}])",
        R"(["1","3","room:a","tick",{}])", R"(["2","4","room:b","count",{}])"}) {
    shard.scheduler.send(ann, socket::FromClient{{serializer::Frame::text, text}});
  }
  only_some_turns();
  only_some_turns();
  expect_eq(
      heard.back(),
      std::string(R"(["2","4","room:b","phx_reply",{"response":{"count":1},"status":"ok"}])"));
  expect(shard.scheduler.run(shard.scheduler.now()), "room:a is still at it");
}

// --- On worker threads ---------------------------------------------------------------------------

namespace {

/// Signalled by a worker that has finished, so that the test need not sleep.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    heard_.notify_all();
  }
  bool within_ten_seconds() {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds(10), [this] { return rung_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  bool rung_ = false;
};

struct WorkingFixture : Fixture {
  Bell bell;
  process::Workers workers{1};

  static constexpr const char* event = R"(["1","1","room:a","block",{}])";
  static constexpr const char* join = R"(["1","1","room:c","phx_join",{"block":true}])";

  /// Ann's channel in room:a, or Ann's join of room:c, blocks on a worker until the gate opens.
  explicit WorkingFixture(const char* what = event) {
    shard.scheduler.use_workers(workers);
    ann.send(what);
    expect(
        gate.entered.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready,
        "a worker runs the handler");
    shard.scheduler.on_wake([this] { bell.ring(); });
  }
  ~WorkingFixture() {
    if (!opened_) gate.opened.set_value();
    workers.stop(Millis{10'000});
  }
  void open_and_finish() {
    opened_ = true;
    gate.opened.set_value();
    expect(bell.within_ten_seconds(), "the worker signals that it has finished");
    shard.settle();
  }

 private:
  bool opened_ = false;
};

}  // namespace

PHX_TEST("while a channel blocks on a worker, all others are answered, and its own mail waits") {
  WorkingFixture f;
  Fixture::push(f.ann, "room:a", "count");
  expect_eq(f.ann.heard(), Heard{});
  Fixture::count(f.ann, "room:b", 2);
  Fixture::count(f.ben, "room:a", 2);
  f.ann.send(R"([null,"3","phoenix","heartbeat",{}])");
  expect_eq(f.ann.heard(),
            Heard{R"([null,"3","phoenix","phx_reply",{"response":{},"status":"ok"}])"});
  f.open_and_finish();
  expect_eq(f.ann.heard(),
            Heard{R"(["1","2","room:a","phx_reply",{"response":{"count":1},"status":"ok"}])"});
}

PHX_TEST(
    "a client that leaves while its channel blocks is gone at once, and the work's end harms no "
    "process") {
  WorkingFixture f;
  f.ann.hang_up();
  expect(!f.ann.connected(), "Ann's socket has ended");
  f.open_and_finish();
  Fixture::count(f.ben, "room:a", 2);
  expect_eq(f.shard.scheduler.stats().crashed, 0u);
  expect_eq(f.shard.pubsub.subscribers("room:a"), 1u);
}

PHX_TEST("mail above the limit ends a channel even while it blocks, and no other") {
  WorkingFixture f;
  for (int i = 0; i < 101; ++i) Fixture::push(f.ann, "room:a", "count");
  expect_eq(f.ann.heard(), crashed);
  f.open_and_finish();
  expect_eq(f.shard.scheduler.stats().overflowed, 1u);
  f.expect_others_alive();
}

PHX_TEST("a few large messages end a channel that blocks, as many small ones do") {
  WorkingFixture f;
  const std::string large = R"({"x":")" + std::string(300'000, 'x') + R"("})";
  for (int i = 0; i < 4; ++i) Fixture::push(f.ann, "room:a", "count", large);
  expect_eq(f.ann.heard(), Heard{});
  Fixture::push(f.ann, "room:a", "count");
  expect_eq(f.ann.heard(), crashed);
  expect(f.log.find("mailbox overflow: more than 1000000 bytes wait") != std::string::npos,
         "the log states the limit: " + f.log);
  f.open_and_finish();
  f.expect_others_alive();
}

PHX_TEST("frames for a client whose join blocks wait for the reply, however many") {
  WorkingFixture f(WorkingFixture::join);
  constexpr std::size_t said = 1'000;  // ten times a mailbox's limit
  for (std::size_t i = 0; i < said; ++i) Fixture::push(f.ben, "room:a", "tell");
  expect_eq(f.ann.heard(), Heard{});
  f.open_and_finish();
  const Heard heard = f.ann.heard();
  expect_eq(heard.size(), said + 1);
  expect_eq(heard.front(),
            std::string(R"(["1","1","room:c","phx_reply",{"response":{},"status":"ok"}])"));
  expect_eq(heard.back(), std::string(R"([null,null,"room:a","told",{}])"));
}

PHX_TEST("frames that wait for a join's reply count by their bytes, and keep their order") {
  WorkingFixture f(WorkingFixture::join);
  Fixture::push(f.ben, "room:a", "tell");
  Fixture::push(f.ann, "room:b", "count");
  Fixture::push(f.ben, "room:a", "tell", R"({"x":1})");
  f.open_and_finish();
  expect_eq(f.ann.heard(),
            Heard{R"(["1","1","room:c","phx_reply",{"response":{},"status":"ok"}])",
                  R"([null,null,"room:a","told",{}])", R"([null,null,"room:a","told",{"x":1}])",
                  R"(["1","2","room:b","phx_reply",{"response":{"count":2},"status":"ok"}])"});
  WorkingFixture g(WorkingFixture::join);
  const std::string large = R"({"x":")" + std::string(60'000, 'x') + R"("})";
  for (int i = 0; i < 20; ++i) Fixture::push(g.ben, "room:a", "tell", large);
  expect_eq(g.ann.heard(), Heard{"close 1011"});
  g.ben.heard();
  Fixture::count(g.ben, "room:a", 2);
}

PHX_TEST("once a client is gone, the mail of its blocking channel is freed at once") {
  WorkingFixture f;
  const std::string large = R"({"x":")" + std::string(300'000, 'x') + R"("})";
  for (int i = 0; i < 3; ++i) Fixture::push(f.ann, "room:a", "count", large);
  const auto waits = [&f] {
    std::size_t bytes = 0;
    for (const auto& [client, of_client] : f.shard.scheduler.bytes_by_client()) bytes += of_client;
    return bytes;
  };
  expect(waits() > 900'000, "it waits");
  expect(f.shard.scheduler.take_backlogged(), "and counts");
  f.ann.hang_up();
  expect(waits() < 1'000, "only the Down waits");
  f.open_and_finish();
  expect_eq(f.shard.pubsub.subscribers("room:a"), 1u);
  expect_eq(f.shard.scheduler.stats().crashed, 0u);
}

PHX_TEST("a client's last messages are handled after the handler that blocked") {
  WorkingFixture f;
  Fixture::push(f.ann, "room:a", "tell");
  f.ann.hang_up();
  f.ben.heard();
  f.open_and_finish();
  expect_eq(f.ben.heard(), Heard{R"([null,null,"room:a","told",{}])"});
  expect_eq(f.shard.pubsub.subscribers("room:a"), 1u);
}

PHX_TEST("a client that leaves while its join blocks is gone at once, with its messages") {
  WorkingFixture f(WorkingFixture::join);
  for (int i = 0; i < 3; ++i) Fixture::push(f.ann, "room:b", "count");
  f.ann.hang_up();
  expect(!f.ann.connected(), "its socket has ended");
  expect_eq(f.shard.pubsub.subscribers("room:b"), 0u);
  f.open_and_finish();
  expect_eq(f.ann.heard(), Heard{});
  expect_eq(f.shard.pubsub.subscribers("room:c"), 0u);
  expect_eq(f.shard.scheduler.stats().crashed, 0u);
}

PHX_TEST("work that has not begun is dropped with its client") {
  WorkingFixture f;  // of one worker
  Fixture::push(f.ben, "room:a", "block");
  f.ben.hang_up();
  expect_eq(f.shard.pubsub.subscribers("room:a"), 1u);  // Ann's: Ben's channel has ended
  f.open_and_finish();                                  // had it begun, this would throw
  expect(f.ann.connected(), "Ann is connected");
}
