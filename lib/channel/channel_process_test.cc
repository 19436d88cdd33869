/// A channel's server: logs, events and ends around the user's callbacks.

#include "channel/channel_process.h"

#include "pubsub/adapter.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// Keeps its socket, and reports on it when it is destroyed.
struct Talkative : Channel {
  explicit Talkative(const Log& log) : log_(log) {}
  Talkative(const Talkative&) = delete;
  ~Talkative() override { log_.info("gone", {{"seen", socket_->topic()}}); }

  JoinResult join(std::string_view, Payload, Socket& socket) override {
    socket_ = &socket;
    return Joined{};
  }

 private:
  const Log& log_;
  const Socket* socket_ = nullptr;
};

struct Users : UserSocket {
  explicit Users(const Log& log) {
    channel("room:*", [&log] { return std::make_unique<Talkative>(log); });
  }
};

/// An application's own event, not a Broadcast.
struct Price final : pubsub::Event {
  explicit Price(int c) : cents(c) {}
  const int cents;
};

/// Broadcasts on its topic what reaches its handle_info.
struct Ticker : Channel {
  JoinResult join(std::string_view, Payload, Socket& socket) override {
    news_ = socket.context().pubsub->subscribe("news", socket.channel());
    return Joined{};
  }
  Result handle_info(process::Message message, Socket& socket) override {
    if (const auto* price = pubsub::event_in<Price>(message)) {
      socket.push("price", {{"cents", price->cents}});
    } else if (const auto* news = pubsub::event_in<serializer::Broadcast>(message)) {
      socket.push("heard", {{"on", news->topic}, {"event", news->event}});
    }
    return NoReply{};
  }

 private:
  std::unique_ptr<pubsub::Subscription> news_;
};

struct Traders : UserSocket {
  Traders() { channel<Ticker>("stock:*"); }
};

using Heard = std::vector<std::string>;

}  // namespace

PHX_TEST("a channel writes to the server's log, and knows the time of its turn") {
  struct Diary : Channel {
    JoinResult join(std::string_view, Payload, Socket& socket) override {
      socket.log().info("joined", {{"at", std::to_string(seconds(socket))}});
      socket.send_self_after(Millis{5'000}, "later");
      return Joined{};
    }
    Result handle_info(process::Message, Socket& socket) override {
      socket.log().info("later", {{"at", std::to_string(seconds(socket))}});
      return NoReply{};
    }
    long seconds(const Socket& socket) const {
      return std::chrono::duration_cast<std::chrono::seconds>(socket.now() - began_).count();
    }
    explicit Diary(Clock::time_point began) : began_(began) {}
    const Clock::time_point began_;
  };
  std::vector<std::string> lines;
  TestShard shard(
      {}, Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); }));
  struct Users : UserSocket {
    explicit Users(Clock::time_point began) {
      channel("room:*", [began] { return std::make_unique<Diary>(began); });
    }
  };
  const Users users(shard.scheduler.now());
  FakeClient ann(shard, users);
  ann.send(R"(["1","1","room:a","phx_join",{}])");
  shard.pass(Millis{6'000});
  expect_eq(lines, Heard{"joined at=0 topic=room:a", "later at=5 topic=room:a"});
}

PHX_TEST("an event on a channel's topic that is not a Broadcast reaches handle_info") {
  TestShard shard;
  const Traders traders;
  FakeClient ann(shard, traders);
  ann.send(R"(["1","1","stock:a","phx_join",{}])");
  ann.heard();
  shard.pubsub.broadcast("stock:a", std::make_shared<const Price>(42));
  shard.pubsub.broadcast("stock:a", std::make_shared<const Price>(43), {}, channel::dispatch);
  shard.settle();
  expect_eq(ann.heard(), Heard{R"(["1",null,"stock:a","price",{"cents":42}])",
                               R"(["1",null,"stock:a","price",{"cents":43}])"});
}

/// `handle_info(%Broadcast{topic: topic}, %{topic: topic})` of Phoenix.Channel.Server.
PHX_TEST("a broadcast on another topic to which a channel has subscribed reaches handle_info") {
  TestShard shard;
  const Traders traders;
  FakeClient ann(shard, traders);
  ann.send(R"(["1","1","stock:a","phx_join",{}])");
  ann.heard();
  channel::broadcast(shard.pubsub, "news", "flash", {});
  shard.settle();
  expect_eq(ann.heard(), Heard{R"(["1",null,"stock:a","heard",{"event":"flash","on":"news"}])"});
}

/// In Phoenix such a channel has no socket yet, and its server skips `terminate`.
PHX_TEST("terminate is not called after a join that threw, and is after one that refused") {
  struct Doorkeeper : Channel {
    explicit Doorkeeper(Heard& said) : said_(said) {}
    JoinResult join(std::string_view, Payload params, Socket&) override {
      if (params["join"] == Json("throw")) throw std::runtime_error("no");
      return Refused{};
    }
    void terminate(const ExitReason& reason, Socket&) override {
      said_.push_back(process::to_string(reason));
    }
    Heard& said_;
  };
  struct Users : UserSocket {
    explicit Users(Heard& said) {
      channel("room:*", [&said] { return std::make_unique<Doorkeeper>(said); });
    }
  };
  Heard said;
  TestShard shard;
  const Users users(said);
  FakeClient ann(shard, users);
  ann.send(R"(["1","1","room:a","phx_join",{"join":"throw"}])");
  expect_eq(said, Heard{});
  ann.send(R"(["2","2","room:a","phx_join",{}])");
  expect_eq(said, Heard{"shutdown"});
}

PHX_TEST("a channel's destructor logs under its topic, and its socket is still valid") {
  std::vector<std::string> lines;
  const Log log =
      Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); });
  const Users users(log);
  const std::string room = "room:with-a-name-that-is-no-short-string";
  const std::string join = R"(["1","1",")" + room + R"(","phx_join",{}])";
  const std::string gone = "gone seen=" + room + " topic=" + room + " user=users:ann";
  {
    TestShard shard({}, log);
    FakeClient ann(shard, users, "2.0.0", "users:ann");
    ann.send(join);
    ann.send(R"(["1","2",")" + room + R"(","phx_leave",{}])");
    expect_eq(lines, std::vector<std::string>{gone});
    ann.send(join);
    ann.send(join);  // ends the previous one by an exit signal
    expect_eq(lines, std::vector<std::string>{gone, gone});
  }
  expect_eq(lines, std::vector<std::string>{gone, gone, gone});  // with the house
}

namespace {

/// An adapter whose broadcasts arrive once the test says so.
struct Distant final : pubsub::Adapter {
  const std::string& node_name() const override { return name; }
  void open(std::vector<pubsub::PubSub*>, const telemetry::Telemetry&, const Log&) override {}
  void close() override {}
  void broadcast(std::string_view, const pubsub::EventPtr&) override {}
  void direct_broadcast(const etf::Term&, std::string_view, const pubsub::EventPtr&) override {}
  bool is_subscribed(std::string_view) const override { return false; }
  void when_subscribed(std::string_view, std::function<void()> then) override {
    confirm = std::move(then);
  }

  const std::string name = "here";
  std::function<void()> confirm;
};

/// Ann joins a room on a node that is connected to others.
struct OnNode {
  Distant nodes;
  std::vector<std::string> lines;
  TestShard shard{
      {}, Log::to(Level::warn, [this](Level, const std::string& line) { lines.push_back(line); })};
  Traders traders;
  FakeClient ann{shard, traders};

  OnNode() {
    shard.pubsub.use(&nodes);
    ann.send(R"(["1","1","stock:a","phx_join",{}])");
  }
  ~OnNode() {
    shard.scheduler.clear();
    shard.pubsub.use(nullptr);
  }
};

const std::string joined = R"(["1","1","stock:a","phx_reply",{"response":{},"status":"ok"}])";

}  // namespace

PHX_TEST("a join is answered once other nodes' broadcasts arrive, before those that have come") {
  OnNode f;
  channel::broadcast(f.shard.pubsub, "stock:a", "early", {});
  f.ann.send(R"([null,"2","phoenix","heartbeat",{}])");
  expect_eq(f.ann.heard(), Heard{});
  f.nodes.confirm();
  f.shard.settle();
  expect_eq(f.ann.heard(),
            Heard{joined, R"([null,null,"stock:a","early",{}])",
                  R"([null,"2","phoenix","phx_reply",{"response":{},"status":"ok"}])"});
}

PHX_TEST("if that takes too long, the join is answered anyway, with a line in the log") {
  OnNode f;
  f.shard.pass(Millis{4'999});
  expect_eq(f.ann.heard(), Heard{});
  f.shard.pass(Millis{1});
  expect_eq(f.ann.heard(), Heard{joined});
  expect_eq(f.lines.size(), std::size_t{1});
  expect(f.lines[0].find("waited_ms=5000") != std::string::npos, f.lines[0]);
  f.nodes.confirm();  // late: the user's channel does not get it
  f.shard.settle();
  f.ann.send(R"([null,"2","phoenix","heartbeat",{}])");
  expect_eq(f.ann.heard().size(), std::size_t{1});
}
