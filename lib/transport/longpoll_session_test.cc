/// A long-poll session by itself: its queue, how much of it a poll gets, and its limits.

#include "transport/longpoll_session.h"

#include "telemetry/limits.h"
#include "testing/actors.h"
#include "testing/case.h"
#include "testing/echo_room.h"
#include "testing/test_shard.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

/// `1 2 3`: the refs of the replies.
std::string refs(const Frames& given) {
  std::string text;
  for (const serializer::FramePtr& frame : given.frames) {
    text += (text.empty() ? "" : " ") + Json::parse(frame->bytes)[1].string_or("");
  }
  return text;
}

struct Fixture {
  TestShard shard;
  Mount mount{"/socket", std::make_shared<EchoSocket>()};
  process::Pid session;
  std::string told;  ///< Limits that were reached, each as `longpoll_bytes 100`.

  explicit Fixture(LongpollOptions options = {}) {
    shard.telemetry.attach(
        "ear", {telemetry::on<telemetry::LimitReached>([this](const auto& reached) {
          told += std::string(to_string(reached.limit)) + " " + std::to_string(reached.allowed);
        })});
    mount.longpoll = options;
    Socket socket(shard.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
    session =
        shard.scheduler.spawn(std::make_unique<LongpollSession>(mount, std::move(socket), nullptr));
    post(R"(["1","0","t","phx_join",{}])");
    poll();
  }
  void post(std::string text) {
    shard.scheduler.send(session, Publish{{}, {serializer::Frame::text, std::move(text)}});
    shard.settle();
  }
  /// Queues a reply: `overhead` bytes, plus the size given.
  void wait(const std::string& ref, std::size_t size) {
    post(R"(["1",")" + ref + R"(","t","e",{"text":")" + std::string(size, 'x') + R"("}])");
  }
  /// The frames that one poll gets.
  Frames poll() {
    Frames given;
    auto actor = std::make_unique<Actor>();
    actor->on_init = [this](Actor& a) { a.scheduler().send(session, Flush{a.self()}); };
    actor->on_message = [&given](Actor& a, process::Message message) {
      if (auto* frames = message.get_if<Frames>()) given = std::move(*frames);
      a.stop();
    };
    shard.scheduler.spawn(std::move(actor));
    shard.settle();
    return given;
  }
  /// A poll that records its notifications, and asks again when there are frames.
  void spawn_patient_poll(Journal& journal) {
    auto poll = std::make_unique<Actor>();
    poll->on_init = [this](Actor& a) { a.scheduler().send(session, Flush{a.self()}); };
    poll->on_message = [this, &journal](Actor& a, Message message) {
      if (message.holds<Subscribed>()) journal.push_back("waits");
      if (message.holds<NowAvailable>()) a.scheduler().send(session, Flush{a.self()});
      if (const auto* given = message.get_if<Frames>()) journal.push_back(refs(*given));
    };
    shard.scheduler.spawn(std::move(poll));
    shard.settle();
  }
  void return_frames(Frames frames) {
    shard.scheduler.send(session, ReturnFrames{std::move(frames.frames)});
    shard.settle();
  }
  bool alive() const { return shard.scheduler.alive(session); }
};

constexpr std::size_t overhead =
    std::string_view(R"(["1","1","t","phx_reply",{"response":{"text":""},"status":"ok"}])").size();

}  // namespace

PHX_TEST("a poll gets about a megabyte, and the next polls the rest, in order") {
  Fixture f;
  for (const char* ref : {"1", "2", "3", "4", "5"}) f.wait(ref, 400'000);
  expect_eq(refs(f.poll()), std::string("1 2"));
  expect_eq(refs(f.poll()), std::string("3 4"));
  f.wait("6", 1);
  expect_eq(refs(f.poll()), std::string("5 6"));
  expect_eq(refs(f.poll()), std::string());
}

PHX_TEST("a poll gets all small frames that wait") {
  Fixture f;
  for (int i = 0; i < 1'000; ++i) f.wait("1", 100);
  expect_eq(f.poll().frames.size(), 1'000u);
}

PHX_TEST("a frame of more than a megabyte goes alone") {
  Fixture f;
  f.wait("1", 1);
  f.wait("2", 3'000'000);
  f.wait("3", 1);
  expect_eq(refs(f.poll()), std::string("1"));
  expect_eq(refs(f.poll()), std::string("2"));
  expect_eq(refs(f.poll()), std::string("3"));
}

PHX_TEST("frames that are given back come before the rest, in order") {
  Fixture f;
  for (const char* ref : {"1", "2", "3", "4"}) f.wait(ref, 400'000);
  f.return_frames(f.poll());
  expect_eq(refs(f.poll()), std::string("1 2"));
  expect_eq(refs(f.poll()), std::string("3 4"));
}

PHX_TEST("frames that one poll gives back go to the next, even if that one already waits") {
  Fixture f;
  f.wait("1", 1);
  Frames taken = f.poll();
  Journal journal;
  f.spawn_patient_poll(journal);
  f.return_frames(std::move(taken));
  expect_eq(journal, Journal{"waits", "1"});
}

PHX_TEST("the mount limits the bytes that wait in a session") {
  constexpr std::size_t two = 2 * (overhead + 100);
  Fixture f({.max_waiting_bytes = two});
  for (int i = 0; i < 10; ++i) {  // frames that were taken make room
    f.wait("1", 100);
    f.wait("2", 100);
    expect_eq(refs(f.poll()), std::string("1 2"));
  }
  f.wait("1", 100);
  f.wait("2", 100);
  f.return_frames(f.poll());  // frames that are given back take it again
  expect(f.alive() && f.told.empty(), "two may wait");
  f.wait("3", 100);
  expect_eq(f.told, "longpoll_bytes " + std::to_string(two));
  expect(!f.alive(), "the session has ended");
}

PHX_TEST("a single large frame ends it too") {
  Fixture f({.max_waiting_bytes = 1'000});
  f.wait("1", 1'000);
  expect_eq(f.told, std::string("longpoll_bytes 1000"));
  expect(!f.alive(), "the session has ended");
}

PHX_TEST("the mount limits the number of frames that wait in a session") {
  Fixture f({.max_waiting_frames = 2});
  for (const char* ref : {"1", "2"}) f.wait(ref, 1);
  expect(f.alive() && f.told.empty(), "two may wait");
  f.wait("3", 1);
  expect_eq(f.told, std::string("longpoll_frames 2"));
  expect(!f.alive(), "the session has ended");
}
