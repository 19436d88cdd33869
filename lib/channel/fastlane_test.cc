/// A broadcast's way to its members: one encoding for each version, and intercepts through the
/// channel.

#include "channel/fastlane.h"

#include <thread>

#include "testing/case.h"
#include "testing/each.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

struct Room : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "others") {
      socket.broadcast_from("said", std::move(payload));
    } else if (event == "others_see") {
      socket.broadcast_from("seen", std::move(payload));
    } else {
      socket.broadcast(event, std::move(payload));
    }
    return Reply::ok();
  }
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "filtered") return NoReply{};
    Json seen = payload.json();
    seen.set("by", socket.join_ref().text());
    socket.push(event, seen);
    return NoReply{};
  }
  std::vector<std::string> intercepts() const override { return {"seen", "filtered"}; }
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
};

struct Fixture {
  TestShard shard;
  Users users;
  FakeClient a{shard, users}, b{shard, users}, v1{shard, users, "1.0.0"};
  Fixture() {
    a.send(R"(["a","1","t","phx_join",{}])");
    b.send(R"(["b","1","t","phx_join",{}])");
    a.heard();
    b.heard();
  }
  void v1_joins() {
    v1.send(R"({"topic":"t","event":"phx_join","payload":{},"ref":"1"})");
    v1.heard();
  }
};

const std::string replied = R"(["a","2","t","phx_reply",{"response":{},"status":"ok"}])";

}  // namespace

PHX_TEST("a broadcast reaches all members before its sender's reply") {
  Fixture f;
  f.v1_joins();
  f.a.send(R"(["a","2","t","said",{"n":1}])");
  expect_eq(f.a.heard(), Heard{R"([null,null,"t","said",{"n":1}])", replied});
  expect_eq(f.b.heard(), Heard{R"([null,null,"t","said",{"n":1}])"});
  expect_eq(f.v1.heard(), Heard{R"({"event":"said","payload":{"n":1},"ref":null,"topic":"t"})"});
}

PHX_TEST("broadcast_from leaves the sender out") {
  Fixture f;
  f.a.send(R"(["a","2","t","others",{}])");
  expect_eq(f.a.heard(), Heard{replied});
  expect_eq(f.b.heard(), Heard{R"([null,null,"t","said",{}])"});
}

PHX_TEST("an intercepted event passes each member's channel, which may drop it") {
  Fixture f;
  f.a.send(R"(["a","2","t","seen",{}])");
  expect_eq(f.b.heard(), Heard{R"(["b",null,"t","seen",{"by":"b"}])"});
  f.a.heard();
  f.a.send(R"(["a","2","t","filtered",{}])");
  expect_eq(f.a.heard(), Heard{replied});
  expect_eq(f.b.heard(), Heard{});
}

PHX_TEST("all members of one version are sent the same frame") {
  Fixture f;
  std::vector<serializer::FramePtr> sent;
  struct Ear : process::Process {
    explicit Ear(std::vector<serializer::FramePtr>& s) : sent(s) {}
    void handle(process::Message m) override {
      if (auto* push = m.get_if<channel::SocketPush>()) sent.push_back(push->frame);
    }
    std::vector<serializer::FramePtr>& sent;
  };
  const process::Pid ear = f.shard.scheduler.spawn(std::make_unique<Ear>(sent));
  const auto lane = [&](const serializer::Serializer& s) {
    return std::make_shared<channel::Fastlane>(ear, s, std::vector<std::string>{});
  };
  const auto first = f.shard.pubsub.subscribe("x", ear, lane(serializer::v2_json()));
  const auto second = f.shard.pubsub.subscribe("x", ear, lane(serializer::v2_json()));
  const auto third = f.shard.pubsub.subscribe("x", ear, lane(serializer::v1_json()));
  channel::broadcast(f.shard.pubsub, "x", "e", {});
  f.shard.settle();
  expect_eq(sent.size(), 3u);
  expect(sent[0] == sent[1] && sent[1] != sent[2], "two share one frame, the third has its own");
}

/// Not a Fastlane: metadata of an application's own subscription.
struct Note : pubsub::Metadata {
  std::string text = "mine";
};

PHX_TEST("a subscriber whose metadata is not a fastlane gets the broadcast itself") {
  Fixture f;
  std::vector<std::string> heard;
  struct Listener : process::Process {
    explicit Listener(std::vector<std::string>& h) : heard(h) {}
    void handle(process::Message m) override {
      const auto* broadcast = pubsub::event_in<serializer::Broadcast>(m);
      heard.push_back(broadcast != nullptr ? broadcast->event : "(no broadcast)");
    }
    std::vector<std::string>& heard;
  };
  const process::Pid listener = f.shard.scheduler.spawn(std::make_unique<Listener>(heard));
  const auto here = f.shard.pubsub.subscribe("t", listener, std::make_shared<Note>());
  f.a.send(R"(["a","2","t","said",{"n":1}])");
  expect_eq(heard, Heard{"said"});
  expect_eq(f.b.heard(), Heard{R"([null,null,"t","said",{"n":1}])"});
}

const std::string crashed = R"(["a","a","t","phx_error",{"reason":"channel_crash"}])";

PHX_TEST("broadcasting JSON that is not an object to a V2 member crashes the sender") {
  Fixture f;
  f.a.send(R"(["a","2","t","said",[1]])");
  expect_eq(f.a.heard(), Heard{crashed});
  expect_eq(f.b.heard(), Heard{});
}

PHX_TEST("a broadcast without members is not encoded, so its sender goes on") {
  Fixture f;
  f.b.send(R"(["b","2","t","phx_leave",{}])");
  f.a.send(R"(["a","2","t","others",5])");
  expect_eq(f.a.heard(), Heard{replied});
}

PHX_TEST("V1 members are sent any JSON, by a V1 and by a V2 sender") {
  Fixture f;
  f.b.send(R"(["b","2","t","phx_leave",{}])");
  f.v1_joins();
  f.a.send(R"(["a","2","t","others",5])");
  expect_eq(f.a.heard(), Heard{replied});
  const std::string five = R"({"event":"said","payload":5,"ref":null,"topic":"t"})";
  expect_eq(f.v1.heard(), Heard{five});
  f.a.send(R"(["a","3","t","phx_leave",{}])");
  f.v1.send(R"({"topic":"t","event":"said","payload":5,"ref":"2"})");
  expect_eq(f.v1.heard(),
            Heard{five, R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},)"
                        R"("ref":"2","topic":"t"})"});
}

PHX_TEST("one V2 member is enough to crash a V1 sender of JSON that is not an object") {
  Fixture f;
  f.v1_joins();
  f.v1.send(R"({"topic":"t","event":"said","payload":5,"ref":"2"})");
  expect_eq(f.v1.heard().back(), std::string(R"({"event":"phx_error",)"
                                             R"("payload":{"reason":"channel_crash"},)"
                                             R"("ref":null,"topic":"t"})"));
  expect_eq(f.b.heard(), Heard{});
}

PHX_TEST("bytes to a topic with a V1 member crash the sender alone") {
  Fixture f;
  f.v1_joins();
  f.a.send({serializer::Frame::binary, std::string("\0\1\1\1\4a2tsaid\xff", 13)});
  expect_eq(f.a.heard().back(), crashed);
  expect_eq(f.v1.heard(), Heard{});
  expect(f.v1.connected() && f.b.connected(), "the members stay");
}

PHX_TEST("an unreadable payload crashes the channel that broadcasts it, and no receiver") {
  const std::string deep = std::string(3'000, '[') + std::string(3'000, ']');
  const std::string large = R"({"a":")" + std::string(1'048'576, 'x') + R"("})";
  const std::pair<std::string, std::string> cases[] = {{"deep", deep}, {"large", large}};
  for (const auto& one : cases) {
    each({one.first}, [&payload = one.second](const std::string&) {
      Fixture f;
      f.a.send(R"(["a","2","t","seen",)" + payload + "]");
      expect_eq(f.a.heard(), Heard{R"(["a","a","t","phx_error",{"reason":"channel_crash"}])"});
      expect_eq(f.b.heard(), Heard{});
      f.b.send(R"(["b","2","t","said",{}])");
      expect_eq(f.b.heard().size(), 2u);  // its channel lives: the broadcast, the reply
    });
  }
}

PHX_TEST(
    "members that intercept a payload can read all that the scanner takes, and pass it on whole") {
  for (const std::string member :
       {R"("id":18446744073709551615)", R"("id":-123456789012345678901234567890)",
        R"("a\u0000b":1)", R"("":0.1)"}) {
    Fixture f;
    f.a.send(R"(["a","2","t","seen",{)" + member + "}]");
    expect_eq(f.a.heard().size(), 2u);
    const std::string seen = f.b.heard().at(0);
    expect(seen.find(member) != std::string::npos, seen);
  }
}

PHX_TEST(
    "a payload of another thread's that a member can't be sent crashes the process it blames") {
  struct Deaf : process::Process {
    void handle(process::Message) override {}
  };
  Fixture f;
  const process::Pid blamed = f.shard.scheduler.spawn(std::make_unique<Deaf>());
  const process::Pid bystander = f.shard.scheduler.spawn(std::make_unique<Deaf>());
  f.shard.settle();
  std::thread([&] {
    channel::broadcast(f.shard.pubsub, "t", "said", Payload::own_text("5"), bystander, blamed);
  }).join();
  f.shard.settle();
  expect(!f.shard.scheduler.alive(blamed), "the process that is blamed has crashed");
  expect(f.shard.scheduler.alive(bystander), "the one that is left out lives");
  expect_eq(f.a.heard(), Heard{});
  expect(f.a.connected() && f.b.connected(), "the members stay");
}

PHX_TEST(
    "an event that is not a broadcast goes to all subscribers as it is, but not to its sender") {
  struct Price final : pubsub::Event {};
  struct Listener : process::Process {
    explicit Listener(int& h) : heard(h) {}
    void handle(process::Message m) override {
      heard += pubsub::event_in<Price>(m) != nullptr ? 1 : 100;
    }
    int& heard;
  };
  TestShard shard;
  int heard = 0;
  const auto spawn = [&] { return shard.scheduler.spawn(std::make_unique<Listener>(heard)); };
  const process::Pid one = spawn(), two = spawn(), three = spawn();
  const auto lane =
      std::make_shared<channel::Fastlane>(one, serializer::v2_json(), std::vector<std::string>{});
  const auto first = shard.pubsub.subscribe("x", two, lane);
  const auto second = shard.pubsub.subscribe("x", three);
  shard.pubsub.broadcast("x", std::make_shared<Price>(), three, channel::dispatch);
  shard.settle();
  expect_eq(heard, 1);
}

PHX_TEST("a version is not asked for a frame that nobody needs") {
  struct Asked final : serializer::Serializer {
    serializer::SocketMessage decode(serializer::Frame) const override { return {}; }
    serializer::Frame encode(const serializer::SocketMessage&) const override { return {}; }
    serializer::Frame encode(const serializer::SocketReply&) const override { return {}; }
    serializer::Frame fastlane(const serializer::Broadcast&) const override {
      ++asked;
      return {};
    }
    mutable int asked = 0;
  } version;
  struct Deaf : process::Process {
    void handle(process::Message) override {}
  };
  TestShard shard;
  const process::Pid sender = shard.scheduler.spawn(std::make_unique<Deaf>());
  const process::Pid member = shard.scheduler.spawn(std::make_unique<Deaf>());
  const auto lane =
      std::make_shared<channel::Fastlane>(sender, version, std::vector<std::string>{"intercepted"});
  const auto first = shard.pubsub.subscribe("x", sender, lane);
  channel::broadcast(shard.pubsub, "x", "said", {}, sender);
  channel::broadcast(shard.pubsub, "x", "intercepted", {});
  expect_eq(version.asked, 0);
  const auto second = shard.pubsub.subscribe("x", member, lane);
  channel::broadcast(shard.pubsub, "x", "said", {});
  expect_eq(version.asked, 1);
}

PHX_TEST("an event is intercepted by its whole name") {
  const std::string rest(64, 'x'), kept = "kept" + rest, seen_too = "seen" + rest;  // equal marks
  const channel::Fastlane lane({}, serializer::v2_json(), {"seen", "filtered", kept});
  each({"seen", "filtered", kept.c_str()},
       [&lane](const char* event) { expect(lane.intercepted(event), "it is one of them"); });
  each({"", "see", "seen_by", "unseen", "Seen", "seenfiltered", "kept", seen_too.c_str()},
       [&lane](const char* event) { expect(!lane.intercepted(event), "it is none of them"); });
}

PHX_TEST("the sender is left out of an event that its channel intercepts, too") {
  Fixture f;
  f.a.send(R"(["a","2","t","others_see",{}])");
  expect_eq(f.a.heard(), Heard{replied});
  expect_eq(f.b.heard(), Heard{R"(["b",null,"t","seen",{"by":"b"}])"});
}

namespace {

/// Collects what a member of any kind is sent.
struct Member : process::Process {
  struct Got {
    std::vector<serializer::FramePtr> frames;
    std::vector<std::string> events;
    std::vector<const pubsub::Event*> objects = {};
  };
  explicit Member(Got& g) : got(g) {}
  void handle(process::Message m) override {
    if (auto* push = m.get_if<channel::SocketPush>()) got.frames.push_back(push->frame);
    if (const auto* broadcast = pubsub::event_in<serializer::Broadcast>(m)) {
      got.events.push_back(broadcast->event);
      got.objects.push_back(broadcast);
    }
  }
  Got& got;
};

}  // namespace

PHX_TEST("members of two versions in turn are sent two frames between them") {
  TestShard shard;
  Member::Got got;
  const process::Pid member = shard.scheduler.spawn(std::make_unique<Member>(got));
  const auto lane = [&](const serializer::Serializer& version) {
    return std::make_shared<channel::Fastlane>(member, version, std::vector<std::string>{});
  };
  std::vector<std::unique_ptr<pubsub::Subscription>> members;
  for (int i = 0; i < 4; ++i) {
    members.push_back(shard.pubsub.subscribe(
        "x", member, lane(i % 2 == 0 ? serializer::v2_json() : serializer::v1_json())));
  }
  channel::broadcast(shard.pubsub, "x", "e", {});
  shard.settle();
  expect_eq(got.frames.size(), 4u);
  expect(got.frames[0] == got.frames[2], "the first and the third speak version 2");
  expect(got.frames[1] == got.frames[3], "the second and the fourth speak version 1");
  expect(got.frames[0] != got.frames[1], "and a frame is of one version");
}

PHX_TEST("a subscriber that intercepts, or left something else or nothing, gets the event itself") {
  TestShard shard;
  const auto lane = std::make_shared<channel::Fastlane>(process::Pid{}, serializer::v2_json(),
                                                        std::vector<std::string>{"seen"});
  const std::pair<const char*, std::shared_ptr<const pubsub::Metadata>> cases[] = {
      {"a fastlane that intercepts", lane},
      {"something else", std::make_shared<Note>()},
      {"nothing", nullptr}};
  const pubsub::Event* first = nullptr;
  for (const auto& one : cases) {
    each({one.first}, [&](const char*) {
      Member::Got got, other;
      const process::Pid member = shard.scheduler.spawn(std::make_unique<Member>(got));
      const process::Pid frames = shard.scheduler.spawn(std::make_unique<Member>(other));
      const auto here = shard.pubsub.subscribe("x", member, one.second);
      const auto there =
          shard.pubsub.subscribe("x", frames,
                                 std::make_shared<channel::Fastlane>(frames, serializer::v2_json(),
                                                                     std::vector<std::string>{}));
      const auto event =
          std::make_shared<serializer::Broadcast>("x", "seen", serializer::Payload());
      first = event.get();
      shard.pubsub.broadcast("x", event, {}, channel::dispatch);
      shard.settle();
      expect_eq(got.events, Heard{"seen"});
      expect(got.objects[0] == first, "the event itself, and no copy");
      expect_eq(other.frames.size(), 1u);  // what one intercepts, another may be sent as a frame
      expect_eq(other.events, Heard{});
    });
  }
}

PHX_TEST("a payload that goes out in frames alone is not read, so it may be as deep as it likes") {
  Fixture f;
  const std::string deep = R"({"a":)" + std::string(3'000, '[') + std::string(3'000, ']') + "}";
  f.a.send(R"(["a","2","t","said",)" + deep + "]");
  const std::string said = R"([null,null,"t","said",)" + deep + "]";
  expect_eq(f.a.heard(), Heard{said, replied});
  expect_eq(f.b.heard(), Heard{said});
}

PHX_TEST("an unreadable payload reaches nobody, not even members before its sender") {
  Fixture f;
  const std::string deep = std::string(3'000, '[') + std::string(3'000, ']');
  f.b.send(R"(["b","2","t","seen",)" + deep + "]");  // a has joined before b
  expect_eq(f.b.heard(), Heard{R"(["b","b","t","phx_error",{"reason":"channel_crash"}])"});
  f.a.send(R"(["a","2","t","said",{}])");
  expect_eq(f.a.heard(), Heard{R"([null,null,"t","said",{}])", replied});
}

PHX_TEST("what a version throws, dispatch throws as it is") {
  TestShard shard;
  Member::Got got;
  const process::Pid member = shard.scheduler.spawn(std::make_unique<Member>(got));
  const pubsub::Subscriber one{member,
                               std::make_shared<channel::Fastlane>(member, serializer::v2_json(),
                                                                   std::vector<std::string>{})};
  const auto five = std::make_shared<serializer::Broadcast>("x", "e", Payload::own_text("5"));
  expect_throw<serializer::EncodeError>([&] {
    channel::dispatch(shard.scheduler, {&one, 1}, {}, five);
  });
}

PHX_TEST("only `from` is left out, and not another subscriber with its transport") {
  TestShard shard;
  Member::Got got;
  const auto spawn = [&] { return shard.scheduler.spawn(std::make_unique<Member>(got)); };
  const process::Pid sender = spawn();
  const auto lane = std::make_shared<channel::Fastlane>(spawn(), serializer::v2_json(),
                                                        std::vector<std::string>{});
  const auto first = shard.pubsub.subscribe("x", sender, lane);
  const auto second = shard.pubsub.subscribe("x", spawn(), lane);
  channel::broadcast(shard.pubsub, "x", "e", {}, sender);
  shard.settle();
  expect_eq(got.frames.size(), 1u);
}

PHX_TEST("a payload is not read for the one that is left out") {
  Fixture f;
  f.b.send(R"(["b","2","t","phx_leave",{}])");
  const std::string deep = std::string(3'000, '[') + std::string(3'000, ']');
  f.a.send(R"(["a","2","t","others_see",)" + deep + "]");
  expect_eq(f.a.heard(), Heard{replied});
}

PHX_TEST("where nobody is blamed, nobody crashes, not even the one that is left out") {
  Fixture f;
  Member::Got got;
  const process::Pid left_out = f.shard.scheduler.spawn(std::make_unique<Member>(got));
  std::thread([&] {
    channel::broadcast(f.shard.pubsub, "t", "said", Payload::own_text("5"), left_out);
  }).join();
  f.shard.settle();
  expect(f.shard.scheduler.alive(left_out), "it has broadcast, and is not to blame");
}

PHX_TEST("all who need the event itself are sent it, however many there are") {
  TestShard shard;
  Member::Got got;
  const auto join = [&] {
    return shard.pubsub.subscribe("x", shard.scheduler.spawn(std::make_unique<Member>(got)));
  };
  const auto first = join(), second = join();
  channel::broadcast(shard.pubsub, "x", "e", {});
  shard.settle();
  expect_eq(got.events, Heard{"e", "e"});
}
