/// Members get correct changes, whatever happens to present channels and to the watcher.

#include <future>

#include "presence/presence.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

Presence* tracker = nullptr;
process::Pid last_joined;

/// Holds a handler on a worker thread until the test opens it.
struct Gate {
  std::promise<void> entered, opened;
};
Gate* gate = nullptr;

/// Tracks under the join's key, if there is one, and obeys its client.
struct Room : Channel {
  bool blocking(std::string_view event, const Payload&) const override {
    return event.starts_with("slow_");
  }
  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    last_joined = socket.channel();
    if (!params["key"].is_null()) socket.send_self(params["key"].string_or(""));
    return Joined{};
  }
  Result handle_info(process::Message message, Socket& socket) override {
    track(*message.get_if<std::string>(), socket);
    push_state(socket);
    return NoReply{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    const std::string key = payload["key"].string_or("");
    if (blocking(event, payload)) {
      gate->entered.set_value();
      gate->opened.get_future().wait();
    }
    if (event.ends_with("track")) track(key, socket);
    if (event == "toggle") {
      track(key, socket);
      tracker->untrack(socket, key);
    }
    for (long long i = 0; i < payload["updates"].integer_or(0); ++i) {
      tracker->update(socket, key, Json::object({{"n", i}}));
    }
    if (payload["state"] == Json(true)) push_state(socket);
    return NoReply{};
  }
  static void track(const std::string& key, Socket& socket) {
    tracker->track(socket, key, Json::object({{"n", 0}}));
  }
  static void push_state(Socket& socket) {
    socket.push("presence_state", tracker->list(socket.topic()));
  }
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
};

/// The keys in the list of a client that got only these diffs, and applies them as phoenix.js does:
/// a presence that leaves before it joins stays for ever.
std::vector<std::string> drawn_from(const std::vector<std::string>& heard) {
  std::map<std::string, std::string> keys;  // by phx_ref
  for (const std::string& text : heard) {
    const Json frame = Json::parse(text);
    if (frame[3] != Json("presence_diff")) continue;
    for (const char* side : {"joins", "leaves"}) {
      for (const auto& [key, presence] : frame[4][side].sorted_members()) {
        const std::string ref = presence["metas"][0]["phx_ref"].string_or("");
        side == std::string("joins") ? void(keys[ref] = key) : void(keys.erase(ref));
      }
    }
  }
  std::vector<std::string> list;
  for (const auto& [ref, key] : keys) list.push_back(key);
  return list;
}

struct Faulty : Presence {
  Json fetch(std::string_view, Json presences) const override {
    if (presences.has("bad")) throw std::runtime_error("no such user");
    return presences;
  }
};

constexpr const char* listen = R"(["1","1","t","phx_join",{}])";

/// Two clients in one topic that have received only their join replies.
template <class Kind>
struct TwoListeners {
  Kind presence;
  TestShard shard;
  Users users;
  FakeClient one{shard, users}, two{shard, users};
  TwoListeners() {
    tracker = &presence;
    one.send(listen);
    two.send(listen);
  }
};

/// Ann's channel is in its handler on a worker thread, and Ben is a member.
struct WorkingFixture {
  Presence presence;
  Gate own_gate;
  process::Workers workers{1};
  TestShard shard{{.turns_a_run = 1}};
  Users users;
  FakeClient ann{shard, users}, ben{shard, users};

  WorkingFixture(const std::string& join, const std::string& work) {
    tracker = &presence;
    gate = &own_gate;
    shard.scheduler.use_workers(workers);
    ben.send(listen);
    ann.send(join);
    ann.send(work);
    own_gate.entered.get_future().wait();
  }
  void finish_work() {
    own_gate.opened.set_value();
    expect(workers.stop(Millis{10'000}), "the work ends");
  }
};

}  // namespace

PHX_TEST("a channel that is killed while its handler works and tracks does not stay present") {
  WorkingFixture f(listen, R"(["1","2","t","slow_track",{"key":"u"}])");
  f.ann.send(R"(["2","3","t","phx_join",{}])");
  f.finish_work();
  f.shard.settle();
  expect_eq(f.presence.list("t").dump(), std::string("{}"));
  const std::vector<std::string> heard = f.ben.heard();
  expect_eq(heard.size(), 3u);  // Ben's own join, the diff with Ben, the diff without Ben
  expect_eq(drawn_from(heard), std::vector<std::string>{});
}

PHX_TEST("a new member whose handler runs on a worker thread gets its own join before the state") {
  WorkingFixture f(listen, R"(["1","2","t","slow_track",{"key":"u","state":true}])");
  f.ann.heard();
  f.finish_work();
  f.shard.settle();
  const std::vector<std::string> heard = f.ann.heard();
  expect_eq(heard.size(), 2u);
  expect(Json::parse(heard[0])[3] == Json("presence_diff"), heard[0]);
  expect(Json::parse(heard[1])[3] == Json("presence_state"), heard[1]);
}

PHX_TEST("the changes of a dying channel's handler are sent before its leave") {
  WorkingFixture f(R"(["1","1","t","phx_join",{"key":"u"}])",
                   R"(["1","2","t","slow_update",{"key":"u","updates":1}])");
  f.shard.scheduler.exit(last_joined, {process::ExitReason::killed});
  f.shard.scheduler.run(f.shard.scheduler.now());  // one turn: it is dead, and no member knows yet
  f.finish_work();
  f.shard.settle();
  expect_eq(f.presence.list("t").dump(), std::string("{}"));
  const std::vector<std::string> heard = f.ben.heard();
  expect_eq(heard.size(), 4u);  // Ben's own join, then Ann comes, changes and goes
  expect_eq(drawn_from(heard), std::vector<std::string>{});
}

PHX_TEST("a channel that tracks and untracks often is monitored once") {
  Presence presence;
  tracker = &presence;
  TestShard shard({.mailbox = 20});
  Users users;
  FakeClient one(shard, users), two(shard, users);
  one.send(listen);
  two.send(listen);
  for (int i = 0; i < 21; ++i) two.send(R"(["1","2","t","toggle",{"key":"u"}])");
  one.heard();
  two.send(R"(["1","3","t","track",{"key":"u"}])");
  two.hang_up();
  expect_eq(one.heard().size(), 2u);
  expect_eq(shard.scheduler.stats().overflowed, 0u);
}

PHX_TEST("a channel whose waiting changes exceed the limit crashes; those it made are broadcast") {
  TwoListeners<Presence> stage;
  FakeClient& one = stage.one;
  FakeClient& two = stage.two;
  two.send(R"(["1","2","t","track",{"key":"u"}])");
  one.heard();
  two.send(R"(["1","3","t","update",{"key":"u","updates":10001}])");
  expect(two.heard().back().find("phx_error") != std::string::npos, "its channel has crashed");
  const std::vector<std::string> heard = one.heard();
  expect_eq(heard.size(), Presence::max_pending + 1);  // and the leave
  expect_eq(drawn_from(heard), std::vector<std::string>{});
  two.send(R"(["2","4","t","phx_join",{"key":"u"}])");
  expect_eq(drawn_from(one.heard()), std::vector<std::string>{"u"});
}

PHX_TEST("a channel with many changes does not delay those of others") {
  TwoListeners<Presence> stage;
  FakeClient& one = stage.one;
  FakeClient& two = stage.two;
  two.send(R"(["2","2","busy","phx_join",{"key":"u"}])");
  two.send(R"(["1","3","t","track",{"key":"u"}])");
  one.send(R"(["2","4","busy","phx_join",{}])");
  one.heard();
  two.send_together({R"(["2","5","busy","update",{"key":"u","updates":100}])",
                     R"(["1","6","t","update",{"key":"u","updates":1}])"});
  const std::vector<std::string> heard = one.heard();
  expect_eq(heard.size(), 101u);
  const auto topic = [&](std::size_t i) { return Json::parse(heard[i])[2].string_or(""); };
  expect_eq(std::set{topic(0), topic(1)}, std::set<std::string>{"busy", "t"});
}

PHX_TEST("a fetch that throws costs one diff: later joins and leaves are sent") {
  Faulty presence;
  tracker = &presence;
  TestShard shard;
  Users users;
  FakeClient one(shard, users), two(shard, users), three(shard, users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  two.send(R"(["1","1","t","phx_join",{"key":"bad"}])");
  expect(!presence.list("t").has("bad"),
         "a presence whose join could not be sent leaves with its channel");
  one.heard();
  three.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  expect_eq(one.heard().size(), 1u);
  three.hang_up();
  expect_eq(one.heard().size(), 1u);
  expect(!presence.list("t").has("v"), "it is gone");
  one.hang_up();
  expect_eq(presence.list("t").dump(), std::string("{}"));
}

PHX_TEST("a fetch that throws costs one diff: those that wait after it are sent") {
  TwoListeners<Faulty> stage;
  FakeClient& one = stage.one;
  FakeClient& two = stage.two;
  two.send(R"(["2","2","elsewhere","phx_join",{}])");
  one.heard();
  two.send_together({R"(["2","3","elsewhere","track",{"key":"bad"}])",
                     R"(["1","4","t","track",{"key":"good"}])"});
  expect_eq(drawn_from(one.heard()), std::vector<std::string>{"good"});
  two.hang_up();
  expect_eq(one.heard().size(), 1u);
}

PHX_TEST(
    "a fetch that always throws does not end the watcher, whose successor would search all "
    "presences again") {
  struct Broken : Presence {
    Json fetch(std::string_view, Json) const override { throw std::runtime_error("no database"); }
  };
  TwoListeners<Broken> stage;
  const auto watchers = [&] {
    return stage.shard.scheduler.pids_of(
        [](const process::Process& each) { return each.name() == "presence watcher"; });
  };
  const std::string track = R"(["1","2","t","track",{"key":"u"}])";
  stage.one.send(track);
  const std::vector<process::Pid> first = watchers();
  expect_eq(first.size(), 1u);
  for (int i = 0; i < 100; ++i) {
    stage.two.send(listen);
    stage.two.send(track);
    stage.two.send(R"(["1","3","t","phx_leave",{}])");
  }
  expect_eq(watchers(), first);
}

PHX_TEST("more ends at once than a mailbox holds become leaves, and do not end the watcher") {
  Presence presence;
  tracker = &presence;
  TestShard shard({.mailbox = 20});
  Users users;
  FakeClient many(shard, users);
  constexpr int topics = 50;
  const auto each = [&](auto&& act) {
    for (int i = 0; i < topics; ++i) act("t" + std::to_string(i));
  };
  each([&](const std::string& topic) {
    many.send(R"(["1","1",")" + topic + R"(","phx_join",{"key":"u"}])");
    expect(presence.list(topic).has("u"), topic);
  });
  many.hang_up();
  each([&](const std::string& topic) { expect(!presence.list(topic).has("u"), topic); });
  expect_eq(shard.scheduler.stats().overflowed, 0u);
}
