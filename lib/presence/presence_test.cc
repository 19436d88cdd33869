/// Merging and diffing by themselves, and what members are told.

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

TEST("who is tracked is listed under his key, in the order of tracking") {
  State state;
  const Diff first = state.track("t", "u", meta(a, "1", Json::object({{"n", 1}})));
  expect_eq(text(first.joins), std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"}]}})"));
  expect(first.leaves.empty(), "nobody leaves");
  state.track("t", "u", meta(b, "2"));
  expect_eq(text(state.on("t")),
            std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"},{"phx_ref":"2"}]}})"));
  expect_eq(text(state.on("elsewhere")), std::string("{}"));
}

TEST("an update is a leave of the old and a join of the new, which names the old") {
  State state;
  state.track("t", "u", meta(a, "1", Json::object({{"n", 1}})));
  const Diff diff = state.update("t", "u", meta(a, "2", Json::object({{"n", 2}})));
  expect_eq(text(diff.leaves), std::string(R"({"u":{"metas":[{"n":1,"phx_ref":"1"}]}})"));
  expect_eq(text(diff.joins),
            std::string(R"({"u":{"metas":[{"n":2,"phx_ref":"2","phx_ref_prev":"1"}]}})"));
  expect_eq(text(state.on("t")), text(diff.joins));
}

TEST("who is not tracked can't be updated or untracked") {
  State state;
  expect(state.update("t", "u", meta(a, "1")).empty(), "no topic");
  state.track("t", "u", meta(a, "1"));
  expect(state.update("t", "u", meta(b, "2")).empty(), "another process");
  expect(state.update("t", "v", meta(a, "2")).empty(), "another key");
  expect(state.untrack("t", "u", b).empty(), "nor untracked");
}

TEST("the key goes with its last meta, the topic with its last key") {
  State state;
  state.track("t", "u", meta(a, "1"));
  state.track("t", "u", meta(b, "2"));
  expect_eq(text(state.untrack("t", "u", a).leaves),
            std::string(R"({"u":{"metas":[{"phx_ref":"1"}]}})"));
  expect_eq(text(state.on("t")), std::string(R"({"u":{"metas":[{"phx_ref":"2"}]}})"));
  state.untrack("t", "u", b);
  expect_eq(text(state.on("t")), std::string("{}"));
}

TEST("a process that ended leaves every topic and key that it was under") {
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
  expect(state.forget(a).empty(), "it is nowhere any more");
}

TEST("a process that ended leaves where it was last, and not where it was before") {
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
  expect(state.processes(0).empty() && state.on("t").empty(), "nobody is there");
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
    if (event == "update") tracker->update(socket, key_, payload.json());
    if (event == "untrack") tracker->untrack(socket, key_);
    return Reply::ok();
  }
  std::string key_;
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
};

/// What was heard, with the refs as R1, R2 … in the order in which they were first seen.
std::vector<std::string> masked(std::vector<std::string> heard) {
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

TEST("members are told who comes, changes and goes, and a joiner who is there") {
  using Heard = std::vector<std::string>;
  Presence presence;
  tracker = &presence;
  TestHouse house;
  Users users;
  FakeClient one(house, users), two(house, users);
  one.send(R"(["1","1","t","phx_join",{"key":"u"}])");
  expect_eq(
      masked(one.heard()),
      Heard{
          R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])",
          R"(["1",null,"t","presence_state",{"u":{"metas":[{"n":0,"phx_ref":"R1"}]}}])",
          R"([null,null,"t","presence_diff",{"joins":{"u":{"metas":[{"n":0,"phx_ref":"R1"}]}},"leaves":{}}])"});
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
  expect(presence.get_by_key("t", "u").is_null(), "nobody is there");
}
