/// What realtime-js's clients get from each other, in either version of the wire.

#include "conformance/server/realtime/realtime.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::contract;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

constexpr std::string_view topic = "realtime:t";
constexpr char plain = 0, user_push = 3, user_broadcast = 4;
constexpr char as_bytes = 0, as_json = 1;

/// A binary frame: its kind, the fields' sizes, the part in between, the fields, the data.
std::string frame(char kind, const std::vector<std::string>& fields, const std::string& between,
                  const std::string& data) {
  std::string bytes(1, kind);
  for (const std::string& field : fields) bytes += static_cast<char>(field.size());
  bytes += between;
  for (const std::string& field : fields) bytes += field;
  return bytes + data;
}

std::string pushed(char encoding, const std::string& data) {
  return frame(user_push, {"1", "2", std::string(topic), "shout", "{}"}, {encoding}, data);
}
std::string broadcasted(const std::string& data) {
  return frame(user_broadcast, {std::string(topic), "shout", "{}"}, {as_bytes}, data);
}

struct Stage {
  Presence presence;
  RealtimeSocket users{presence};
  TwoShards shards;
  FakeClient ann{shards.first, users}, ben{shards.first, users}, old{shards.first, users, "1.0.0"},
      far{shards.second, users, "1.0.0"};

  explicit Stage(
      const std::string& config = R"({"broadcast":{"ack":true},"presence":{"enabled":false}})") {
    for (FakeClient* member : {&ann, &ben}) {
      member->send(R"(["1","1","realtime:t","phx_join",{"config":)" + config + "}]");
    }
    for (FakeClient* member : {&old, &far}) {
      member->send(
          R"({"topic":"realtime:t","event":"phx_join","ref":"1","join_ref":"1","payload":{"config":)" +
          config + "}}");
    }
    for (FakeClient* member : {&ann, &ben, &old, &far}) member->heard();
  }
  void ann_sends(std::string bytes) {
    ann.send({serializer::Frame::binary, std::move(bytes)});
    shards.second.settle();
  }
};

const Heard replied{R"(["1","2","realtime:t","phx_reply",{"response":{},"status":"ok"}])"};

}  // namespace

PHX_TEST(
    "bytes reach the members of version 2; those of version 1 miss them, and no channel crashes") {
  Stage stage;
  stage.ann_sends(pushed(as_bytes, "\xff\x01"));
  expect_eq(stage.ann.heard(), replied);
  expect_eq(stage.ben.heard(), Heard{broadcasted("\xff\x01")});
  expect_eq(stage.old.heard(), Heard{});
  expect_eq(stage.far.heard(), Heard{});
  stage.ann_sends(pushed(as_bytes, ""));
  expect_eq(stage.ann.heard(), replied);
  expect_eq(stage.ben.heard(), Heard{broadcasted("")});
}

PHX_TEST("JSON in a binary frame reaches all members, in their version") {
  Stage stage;
  for (const char encoding : {as_json, '\x7f'}) {
    stage.ann_sends(pushed(encoding, R"({"n": 1})"));
    const std::string payload = R"({"event":"shout","payload":{"n":1},"type":"broadcast"})";
    const std::string old_frame =
        R"({"event":"broadcast","payload":)" + payload + R"(,"ref":null,"topic":"realtime:t"})";
    expect_eq(stage.ann.heard(), replied);
    expect_eq(stage.ben.heard(), Heard{R"([null,null,"realtime:t","broadcast",)" + payload + "]"});
    expect_eq(stage.old.heard(), Heard{old_frame});
    expect_eq(stage.far.heard(), Heard{old_frame});
  }
}

PHX_TEST("bytes in a push of V2's own kind are broadcast in V2's own kind, however few") {
  for (const std::string& data :
       {std::string(), std::string("\x03"), std::string("\x03\xff\xff\x00xyz", 7)}) {
    Stage stage;
    stage.ann_sends(frame(plain, {"1", "2", std::string(topic), "broadcast"}, "", data));
    expect_eq(stage.ann.heard(), replied);
    expect_eq(stage.ben.heard(), Heard{frame(2, {std::string(topic), "broadcast"}, "", data)});
    expect_eq(stage.old.heard(), Heard{});
  }
}

PHX_TEST("a frame that is cut, of another kind, or invalid JSON ends only its own connection") {
  const std::string whole = pushed(as_json, "1");
  std::vector<std::string> bad{"", std::string(1, user_broadcast), pushed(as_json, ""),
                               pushed(as_json, "{"), pushed(as_json, "\xff")};
  for (std::size_t size = 1; size + 1 < whole.size(); ++size) bad.push_back(whole.substr(0, size));
  for (const std::string& bytes : bad) {
    Stage stage;
    stage.ann_sends(bytes);
    expect_eq(stage.ann.heard(), Heard{"close 1011"});
    expect_eq(stage.ben.heard(), Heard{});
    expect(stage.ben.connected() && stage.old.connected() && stage.far.connected(), "others stay");
  }
}

PHX_TEST("a new member is pushed the presence state, unless its join declines it") {
  for (const char* config : {"{}", R"({"presence":{"key":""}})", R"({"presence":{"enabled":true}})",
                             R"({"presence":{"enabled":false}})"}) {
    Presence presence;
    const RealtimeSocket users(presence);
    TestShard shard;
    FakeClient ann(shard, users);
    ann.send(R"(["1","1","realtime:t","phx_join",{"config":)" + std::string(config) + "}]");
    const bool wanted = std::string(config).find("false") == std::string::npos;
    const Heard heard = ann.heard();
    expect_eq(heard.size(), wanted ? 2u : 1u);
    if (wanted) expect_eq(heard[1], std::string(R"(["1",null,"realtime:t","presence_state",{}])"));
  }
}

PHX_TEST("tracking again updates the meta; untracking without a track is allowed") {
  Stage stage(R"({"presence":{"key":"ann","enabled":false}})");
  const auto says = [&](const std::string& event, const std::string& rest) {
    stage.ann.send(R"(["1","2","realtime:t","presence",{"event":")" + event + "\"" + rest + "}]");
    expect_eq(stage.ann.heard().size(), 2u);  // the reply, the diff
    return stage.presence.get_by_key(topic, "ann")["metas"];
  };
  expect_eq(says("track", R"(,"payload":{"n":1})")[0]["n"], Json(1));
  const Json metas = says("track", R"(,"payload":{"n":2})");
  expect_eq(metas.size(), 1u);
  expect_eq(metas[0]["n"], Json(2));
  expect(says("untrack", "").is_null(), "nobody is there");
  stage.ann.send(R"(["1","2","realtime:t","presence",{"event":"untrack"}])");
  expect_eq(stage.ann.heard(), replied);
}
