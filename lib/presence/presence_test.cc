/// Merges and diffs by themselves, and the messages that members get.

#include "presence/presence.h"

#include "presence/state.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

const process::Pid a{0, 1}, b{0, 2};

Meta meta(process::Pid pid, const std::string& ref, const Json& said = Json::object()) {
  return {pid, ref, said};
}
std::string text(const Presences& presences) { return shown(presences).dump(); }

}  // namespace

PHX_TEST("tracked processes are listed under their keys, in the order of tracking") {
  State state;
  const Diff first = state.track("t", "u", meta(a, "1", Json::object({{"n", 1}})));
  expect_eq(text(first.joins), std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"}]}})"));
  expect(first.leaves.empty(), "no leave");
  state.track("t", "u", meta(b, "2"));
  expect_eq(text(state.on("t")),
            std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"},{"phx_ref":"2"}]}})"));
  expect_eq(text(state.on("elsewhere")), std::string("{}"));
}

PHX_TEST("what a process said stays as it was when it is shown with its ref") {
  const Meta said = meta(a, "1", Json::object({{"n", 1}}));
  expect_eq(said.shown().dump(), std::string(R"({"n":1,"phx_ref":"1"})"));
  expect_eq(said.said.dump(), std::string(R"({"n":1})"));
}

PHX_TEST("a process is not tracked twice under a key, and its meta stays") {
  State state;
  state.track("t", "u", meta(a, "1", Json::object({{"n", 1}})));
  const std::string before = text(state.on("t"));
  expect(state.track("t", "u", meta(a, "2", Json::object({{"n", 2}}))).empty(), "the same");
  expect_eq(text(state.on("t")), before);
  expect(!state.track("t", "u", meta(b, "3")).empty(), "another process");
  expect(!state.track("t", "v", meta(a, "4")).empty(), "another key");
  expect(!state.track("s", "u", meta(a, "5")).empty(), "another topic");
}

PHX_TEST("an update is a leave of the old meta and a join of the new, which names the old") {
  State state;
  state.track("t", "u", meta(a, "1", Json::object({{"n", 1}})));
  const Diff diff = state.update("t", "u", meta(a, "2", Json::object({{"n", 2}})));
  expect_eq(text(diff.leaves), std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"}]}})"));
  expect_eq(text(diff.joins),
            std::string(R"({"u":{"metas":[{"n":2,"phx_ref":"2","phx_ref_prev":"1"}]}})"));
  expect_eq(text(state.on("t")), text(diff.joins));
}

PHX_TEST("an update names the meta before it, whatever was said to be before it") {
  State state;
  state.track("t", "u", meta(a, "1"));
  const Diff diff = state.update("t", "u", meta(a, "2", Json::object({{"phx_ref_prev", "0"}})));
  expect_eq(text(diff.joins),
            std::string(R"({"u":{"metas":[{"phx_ref":"2","phx_ref_prev":"1"}]}})"));
}

PHX_TEST("an updated meta goes behind the others of its key") {
  State state;
  state.track("t", "u", meta(a, "1"));
  state.track("t", "u", meta(b, "2"));
  state.update("t", "u", meta(a, "3"));
  expect_eq(text(state.on("t")),
            std::string(R"({"u":{"metas":[{"phx_ref":"2"},{"phx_ref":"3","phx_ref_prev":"1"}]}})"));
}

PHX_TEST("a process that is not tracked can't be updated or untracked") {
  State state;
  expect(state.update("t", "u", meta(a, "1")).empty(), "no topic");
  state.track("t", "u", meta(a, "1"));
  expect(state.update("t", "u", meta(b, "2")).empty(), "another process");
  expect(state.update("t", "v", meta(a, "2")).empty(), "another key");
  expect(state.untrack("t", "u", b).empty(), "nor untracked");
  expect(state.untrack("t", "v", a).empty(), "nor from another key");
  expect(state.untrack("s", "u", a).empty(), "nor from another topic");
  expect_eq(text(state.on("t")), std::string(R"({"u":{"metas":[{"phx_ref":"1"}]}})"));
  expect_eq(state.topics(), 1u);
}

PHX_TEST("a key is removed with its last meta, a topic with its last key") {
  State state;
  state.track("t", "u", meta(a, "1"));
  state.track("t", "u", meta(b, "2"));
  expect_eq(text(state.untrack("t", "u", a).leaves),
            std::string(R"({"u":{"metas":[{"phx_ref":"1"}]}})"));
  expect_eq(text(state.on("t")), std::string(R"({"u":{"metas":[{"phx_ref":"2"}]}})"));
  state.untrack("t", "u", b);
  expect_eq(text(state.on("t")), std::string("{}"));
  expect_eq(state.topics(), 0u);  // or a server would remember every topic that ever was
  state.track("t", "u", meta(a, "3"));
  state.forget(a);
  expect_eq(state.topics(), 0u);
}

PHX_TEST("the processes of a shard are those that are present anywhere on it") {
  State state;
  const process::Pid far{1, 1};
  state.track("t", "u", meta(a, "1"));
  state.track("s", "v", meta(b, "2"));
  state.track("s", "v", meta(far, "3"));
  expect(state.processes(0) == std::set{a, b}, "shard 0 has a, on one topic, and b, on another");
  expect(state.processes(1) == std::set{far}, "shard 1 has one process, whose serial a has too");
  expect(state.processes(2).empty(), "shard 2 has none");
  state.untrack("t", "u", a);
  expect(state.processes(0) == std::set{b}, "a has left");
}

PHX_TEST("a process that ended leaves all its topics and keys") {
  State state;
  state.track("t", "u", meta(a, "1"));
  state.track("t", "v", meta(a, "2"));
  state.track("s", "u", meta(a, "3"));
  state.track("s", "u", meta(b, "4"));
  const auto diffs = state.forget(a);
  expect_eq(diffs.size(), 2u);
  expect_eq(text(diffs.at("t").leaves),
            std::string(R"({"u":{"metas":[{"phx_ref":"1"}]},"v":{"metas":[{"phx_ref":"2"}]}})"));
  expect_eq(text(state.on("s")), std::string(R"({"u":{"metas":[{"phx_ref":"4"}]}})"));
  expect(state.forget(a).empty(), "it is gone everywhere");
}

PHX_TEST("a process that ended leaves only where it still was") {
  State state;
  state.track("t", "u", meta(a, "1"));
  state.track("t", "v", meta(a, "2"));
  state.update("t", "v", meta(a, "3"));
  state.untrack("t", "u", a);
  expect_eq(state.processes(0).size(), 1u);
  const auto diffs = state.forget(a);
  expect_eq(diffs.size(), 1u);
  expect_eq(diffs.at("t").leaves.size(), 1u);
  expect(diffs.at("t").leaves.contains("v"), "u was left before");
  expect(state.processes(0).empty() && state.on("t").empty(), "no presence");
}

namespace {

Presence* tracker = nullptr;

struct Room : Channel {
  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    key_ = params["key"].string_or("");
    socket.send_self(1);
    return Joined{};
  }
  Result handle_info(process::Message, Socket& socket) override {
    tracker->track(socket, key_, Json::object({{"n", 0}}));
    socket.push("presence_state", tracker->list(socket.topic()));
    return NoReply{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    const std::string key = payload["key"].string_or(key_);
    if (event == "untrack") tracker->untrack(socket, key);
    if (event == "track") return said(tracker->track(socket, key, payload.json()));
    if (event == "update") return said(tracker->update(socket, key, payload.json()));
    return Reply::ok();
  }
  static Reply said(const TrackResult& result) {
    if (std::holds_alternative<Tracked>(result)) return Reply::ok();
    return Reply::error(Json::object({{"reason", "already_tracked"}}));
  }
  static Reply said(const UpdateResult& result) {
    if (std::holds_alternative<Tracked>(result)) return Reply::ok();
    return Reply::error(Json::object({{"reason", "nopresence"}}));
  }
  std::string key_;
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
};

/// The clients' environment: one shard, or two.
template <class Shards>
struct Stage {
  Presence presence;
  Shards shards;
  Users users;
  Stage() { tracker = &presence; }
};

using Heard = std::vector<std::string>;

/// The events of these frames, of either version.
Heard events(const Heard& heard) {
  Heard events;
  for (const std::string& text : heard) {
    const Json frame = Json::parse(text);
    events.push_back((frame.is_object() ? frame["event"] : frame[3]).string_or(""));
  }
  return events;
}

/// The events received, with the refs numbered R1, R2 … in order of appearance.
Heard masked(Heard heard) {
  static std::map<std::string, std::string> names;
  for (std::string& frame : heard) {
    for (std::size_t at = 0; (at = frame.find("\"phx_ref", at)) != std::string::npos;) {
      at = frame.find(":\"", at) + 2;
      const auto name =
          names.emplace(frame.substr(at, 16), "R" + std::to_string(names.size() + 1)).first;
      frame.replace(at, 16, name->second);
    }
  }
  return heard;
}

}  // namespace

PHX_TEST("members get joins, updates and leaves, and a new member the list") {
  Stage<TestShard> stage;
  const Presence& presence = stage.presence;
  FakeClient one(stage.shards, stage.users), two(stage.shards, stage.users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  expect_eq(
      masked(one.heard()),
      Heard{
          R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])",
          R"([null,null,"t","presence_diff",{"joins":{"u":{"metas":[{"n":0,"phx_ref":"R1"}]}},"leaves":{}}])",
          R"(["1",null,"t","presence_state",{"u":{"metas":[{"n":0,"phx_ref":"R1"}]}}])"});
  two.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  two.heard();
  expect_eq(
      masked(one.heard()),
      Heard{
          R"([null,null,"t","presence_diff",{"joins":{"v":{"metas":[{"n":0,"phx_ref":"R2"}]}},"leaves":{}}])"});
  one.send(R"(["1","2","t","update",{"n":1}])");
  expect_eq(
      masked(one.heard()),
      Heard{
          R"(["1","2","t","phx_reply",{"response":{},"status":"ok"}])",
          R"([null,null,"t","presence_diff",{"joins":{"u":{"metas":[{"n":1,"phx_ref":"R3","phx_ref_prev":"R1"}]}},"leaves":{"u":{"metas":[{"n":0,"phx_ref":"R1"}]}}}])"});
  two.hang_up();
  expect_eq(
      masked(one.heard()),
      Heard{
          R"([null,null,"t","presence_diff",{"joins":{},"leaves":{"v":{"metas":[{"n":0,"phx_ref":"R2"}]}}}])"});
  one.send(R"(["1","3","t","untrack",{}])");
  expect_eq(presence.list("t").dump(), std::string("{}"));
  expect(presence.get_by_key("t", "u").is_null(), "no presence");
}

PHX_TEST("a new member of either version gets its own join before the state") {
  Stage<TestShard> stage;
  FakeClient old(stage.shards, stage.users, "1.0.0"), fresh(stage.shards, stage.users);
  old.send(R"({"topic":"t","event":"phx_join","payload":{"key":"u"},"ref":"1"})");
  expect_eq(events(old.heard()), Heard{"phx_reply", "presence_diff", "presence_state"});
  fresh.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  expect_eq(events(fresh.heard()), Heard{"phx_reply", "presence_diff", "presence_state"});
  expect_eq(events(old.heard()), Heard{"presence_diff"});
}

PHX_TEST("on each shard a new member gets its own join before the state, as do all members") {
  Stage<TwoShards> stage;
  TwoShards& shards = stage.shards;
  FakeClient near(shards.first, stage.users), far(shards.second, stage.users);
  near.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  expect_eq(events(near.heard()), Heard{"phx_reply", "presence_diff", "presence_state"});
  far.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  expect_eq(events(far.heard()), Heard{"phx_reply", "presence_diff", "presence_state"});
  shards.first.settle();
  expect_eq(events(near.heard()), Heard{"presence_diff"});
}

PHX_TEST("a new member that was present before first gets its old leave") {
  Stage<TestShard> stage;
  FakeClient one(stage.shards, stage.users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  one.heard();
  one.send_together({R"(["1","2","t","untrack",{}])", R"(["1","3","t","track",{}])"});
  const Heard heard = one.heard();
  expect_eq(events(heard), Heard{"phx_reply", "presence_diff", "presence_diff", "phx_reply"});
  expect(heard[1].find(R"("joins":{})") != std::string::npos, heard[1]);
  expect(heard[2].find(R"("leaves":{})") != std::string::npos, heard[2]);
}

PHX_TEST("tracking twice and updating an untracked process are refused, and change nothing") {
  const auto answer = [](const std::string& ref, const std::string& said) {
    return Heard{R"(["1",")" + ref + R"(","t","phx_reply",)" + said + "]"};
  };
  const std::string ok = R"({"response":{},"status":"ok"})";
  const std::string tracked_already =
      R"({"response":{"reason":"already_tracked"},"status":"error"})";
  const std::string nobody = R"({"response":{"reason":"nopresence"},"status":"error"})";
  Stage<TestShard> stage;
  const Presence& presence = stage.presence;
  FakeClient one(stage.shards, stage.users), two(stage.shards, stage.users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  two.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  one.heard();
  const std::string before = presence.list("t").dump();
  one.send(R"(["1","2","t","track",{"n":1}])");
  expect_eq(one.heard(), answer("2", tracked_already));
  one.send(R"(["1","3","t","update",{"key":"v","n":1}])");  // another's
  expect_eq(one.heard(), answer("3", nobody));
  one.send(R"(["1","4","t","untrack",{"key":"v"}])");
  expect_eq(one.heard(), answer("4", ok));
  expect_eq(presence.list("t").dump(), before);

  one.send(R"(["1","5","t","untrack",{}])");
  one.heard();
  one.send(R"(["1","6","t","update",{"n":1}])");
  expect_eq(one.heard(), answer("6", nobody));
  one.send(R"(["1","7","t","track",{"n":1}])");
  expect_eq(one.heard().size(), 2u);  // it is new again: the diff, the reply
  expect(presence.list("t").has("u"), "it is tracked");
}

PHX_TEST("a result has the ref of the meta, and an update that of the previous one") {
  Presence presence;
  TestShard shard;
  const Socket socket(shard.context(), serializer::v2_json());
  const auto ref = [&](const char* name) { return presence.get_by_key("", "u")["metas"][0][name]; };
  const auto tracked = std::get<Tracked>(presence.track(socket, "u", Json::object()));
  expect_eq(tracked.phx_ref.size(), 16u);
  expect_eq(ref("phx_ref"), Json(tracked.phx_ref));
  const auto updated = std::get<Tracked>(presence.update(socket, "u", Json::object()));
  expect_eq(ref("phx_ref"), Json(updated.phx_ref));
  expect_eq(ref("phx_ref_prev"), Json(tracked.phx_ref));
}

PHX_TEST("fetch is called for one key if one is asked for, and not without presences") {
  struct Watched : Presence {
    Json fetch(std::string_view, Json presences) const override {
      asked.push_back(presences.dump());
      return presences;
    }
    mutable std::vector<std::string> asked;
  } presence;
  TestShard shard;
  const Socket socket(shard.context(), serializer::v2_json());
  presence.track(socket, "u", Json::object());
  presence.track(socket, "v", Json::object());
  presence.asked.clear();
  const Json one = presence.get_by_key("", "u");
  expect_eq(presence.asked, Heard{R"({"u":)" + one.dump() + "}"});
  expect(presence.get_by_key("", "w").is_null(), "no presence has it");
  expect_eq(presence.asked.size(), 1u);
}

PHX_TEST("a meta over the limit ends the channel, and no member gets it") {
  Stage<TestShard> stage;
  FakeClient one(stage.shards, stage.users), two(stage.shards, stage.users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  two.send(R"(["1","1","t","phx_join",{"key":"v"}])");
  one.heard();
  two.heard();
  const std::string large = R"({"n":")" + std::string(65'536, 'x') + R"("})";
  one.send(R"(["1","2","t","update",)" + large + "]");
  expect_eq(events(one.heard()), Heard{"phx_error"});
  const Heard heard = two.heard();
  expect_eq(events(heard), Heard{"presence_diff"});
  expect(heard[0].size() < 200, "its leave, with its earlier meta");
}

PHX_TEST("a presence's limit counts its key and its meta, as written") {
  Presence presence({.max_meta_bytes = 10});
  TestShard shard;
  const Socket socket(shard.context(), serializer::v2_json());
  presence.track(socket, "123", Json::object({{"n", 1}}));
  const std::string said = expect_throw<std::runtime_error>([&] {
    presence.track(socket, "1234", Json::object({{"n", 1}}));
  });
  expect_eq(said, std::string("expected at most 10 bytes of a presence's key and meta, got 11"));
  expect_throw<std::runtime_error>([&] { presence.update(socket, "123", {{"n", 12}}); });
  expect_eq(presence.get_by_key("", "123")["metas"][0]["n"], Json(1));
}

// --- The state, sentence by sentence
// --------------------------------------------------------------

PHX_TEST("an updated meta says what is new alone, and names the one before it") {
  State state;
  state.track("t", "u", meta(a, "1", Json::object({{"old", 1}})));
  state.update("t", "u", meta(a, "2", Json::object({{"typing", true}})));
  const Diff diff = state.update("t", "u", meta(a, "3", Json::object({{"n", 3}})));
  expect_eq(text(diff.leaves),
            std::string(R"({"u":{"metas":[{"phx_ref":"2","phx_ref_prev":"1","typing":true}]}})"));
  expect_eq(text(diff.joins),
            std::string(R"({"u":{"metas":[{"n":3,"phx_ref":"3","phx_ref_prev":"2"}]}})"));
  expect_eq(text(state.on("t")), text(diff.joins));
}

PHX_TEST("a diff has the meta that came or went, and none of the others of its key") {
  State state;
  state.track("t", "u", meta(b, "1"));
  const std::string one = R"({"u":{"metas":[{"phx_ref":"2"}]}})";
  expect_eq(text(state.track("t", "u", meta(a, "2")).joins), one);
  const Diff update = state.update("t", "u", meta(a, "3"));
  expect_eq(text(update.leaves), one);
  expect_eq(text(update.joins),
            std::string(R"({"u":{"metas":[{"phx_ref":"3","phx_ref_prev":"2"}]}})"));
  expect_eq(text(state.untrack("t", "u", a).leaves), text(update.joins));
}

PHX_TEST("processes of two shards may have one serial, and are two") {
  State state;
  const process::Pid far{1, a.serial};
  state.track("t", "u", meta(a, "1"));
  expect(state.update("t", "u", meta(far, "2")).empty(), "far is not tracked yet");
  expect(state.untrack("t", "u", far).empty(), "nor can it be untracked");
  expect(!state.track("t", "u", meta(far, "2")).empty(), "it is another process");
  state.forget(a);
  expect_eq(text(state.on("t")), std::string(R"({"u":{"metas":[{"phx_ref":"2"}]}})"));
}

PHX_TEST("metas are shown in the order of tracking, whatever their refs are") {
  State state;
  state.track("t", "u", meta(b, "9"));
  state.track("t", "u", meta(a, "1"));
  expect_eq(text(state.on("t")),
            std::string(R"({"u":{"metas":[{"phx_ref":"9"},{"phx_ref":"1"}]}})"));
}

PHX_TEST("the phx_ref that is shown is the meta's own, even where it said one itself") {
  expect_eq(meta(a, "1", Json::object({{"phx_ref", "mine"}})).shown().dump(),
            std::string(R"({"phx_ref":"1"})"));
}
