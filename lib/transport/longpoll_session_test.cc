/// A long-poll session by itself: its queue, how much of it a poll gets, and its limits.

#include "transport/longpoll_session.h"

#include <functional>
#include <future>
#include <thread>

#include "telemetry/limits.h"
#include "testing/actors.h"
#include "testing/case.h"
#include "testing/each.h"
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
  Mount mount;
  process::Pid session;
  std::string told;  ///< Limits that were reached, each as `longpoll_bytes 100`.
  Journal ends;      ///< Why the session ended.
  Journal answers;   ///< What each publisher was answered: `handled` or `refused`.

  explicit Fixture(LongpollOptions options = {}, std::optional<socket::MessageRate> messages = {},
                   std::optional<socket::ByteRate> bytes = {},
                   std::shared_ptr<const UserSocket> user = std::make_shared<EchoSocket>())
      : mount{"/socket", std::move(user)} {
    shard.telemetry.attach(
        "ear", {telemetry::on<telemetry::LimitReached>([this](const auto& reached) {
          told += std::string(to_string(reached.limit)) + " " + std::to_string(reached.allowed);
        })});
    mount.longpoll = options;
    mount.message_rate = messages;
    mount.byte_rate = bytes;
    Socket socket(shard.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
    session =
        shard.scheduler.spawn(std::make_unique<LongpollSession>(mount, std::move(socket), nullptr));
    watch();
    post(R"(["1","0","t","phx_join",{}])");
    poll();
  }
  void watch() {
    auto watcher = std::make_unique<Actor>();
    watcher->on_init = [this](Actor& a) { a.scheduler().monitor(a.self(), session); };
    watcher->on_message = [this](Actor&, Message message) {
      if (const auto* down = message.get_if<process::Down>())
        ends.push_back(to_string(down->reason));
    };
    shard.scheduler.spawn(std::move(watcher));
    shard.settle();
  }
  /// A post whose answer is noted.
  void publish(const std::string& text) {
    auto publisher = std::make_unique<Actor>();
    publisher->on_init = [this, text](Actor& a) {
      a.scheduler().send(session, Publish{a.self(), {serializer::Frame::text, text}});
    };
    publisher->on_message = [this](Actor&, const Message& message) {
      if (message.holds<transport::Refused>()) answers.push_back("refused");
      if (message.holds<Handled>()) answers.push_back("handled");
    };
    shard.scheduler.spawn(std::move(publisher));
    shard.settle();
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

PHX_TEST("a post is answered when the join that it began is through, and not before") {
  static std::promise<void> go;
  struct Slow final : Channel {
    JoinResult join(std::string_view, Payload, Socket&) override {
      go.get_future().wait();
      return Joined{};
    }
    bool blocking(std::string_view, const Payload&) const override { return true; }
  };
  struct SlowSocket final : UserSocket {
    SlowSocket() {
      channel<Slow>("slow");
      channel<EchoRoom>("*");
    }
  };
  process::Workers workers;
  Fixture f({}, {}, {}, std::make_shared<SlowSocket>());
  f.shard.scheduler.use_workers(workers);
  f.publish(R"(["2","2","slow","phx_join",{}])");
  expect_eq(f.answers, Journal{});
  go.set_value();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (f.answers.empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
    f.shard.settle();
  }
  expect_eq(f.answers, Journal{"handled"});
}

PHX_TEST("a session whose client posts too much says why it ends, and refuses the post") {
  const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
  Fixture messages({}, socket::MessageRate{.per_second = 1, .burst = 2});
  for (int i = 0; i < 2; ++i) messages.publish(beat);  // the join was the first
  expect_eq(messages.told, std::string("message_rate 1"));
  expect_eq(messages.answers, Journal{"handled", "refused"});
  expect_eq(messages.ends, Journal{"shutdown: too many messages a second"});

  Fixture bytes({}, {}, socket::ByteRate{.per_second = 100, .burst = 200});
  bytes.publish(R"([null,"1","phoenix","heartbeat",{"x":")" + std::string(300, 'x') + R"("}])");
  expect_eq(bytes.told, std::string("byte_rate 100"));
  expect_eq(bytes.answers, Journal{"refused"});
  expect_eq(bytes.ends, Journal{"shutdown: too many bytes a second"});
}

PHX_TEST("a post with too long a name is refused, and not handled as well") {
  Fixture f;
  f.publish(R"(["1","2",")" + std::string(2'000, 'x') + R"(","e",{}])");
  expect_eq(f.answers, Journal{"refused"});
}

PHX_TEST("a session that nobody polls says how much waits when it ends") {
  Fixture frames({.max_waiting_frames = 2});
  for (const char* ref : {"1", "2", "3"}) frames.wait(ref, 1);
  Fixture bytes({.max_waiting_bytes = 1'000});
  bytes.wait("1", 1'000);
  for (const auto& [ends, words] :
       {std::pair{frames.ends, "2 frames"}, {bytes.ends, "1000 bytes"}}) {
    expect_eq(ends.size(), 1u);
    expect(ends[0].starts_with("crash") && ends[0].find(words) != std::string::npos,
           std::string("expected a crash that says \"") + words + "\", got: " + ends[0]);
  }
}

PHX_TEST("a poll that expired is not notified any more") {
  Fixture f;
  Journal journal;
  auto poll = std::make_unique<Actor>();
  poll->on_init = [&f](Actor& a) {
    a.scheduler().send(f.session, Flush{a.self()});
    a.scheduler().send(f.session, Expired{a.self()});
  };
  poll->on_message = [&journal](Actor&, const Message& message) {
    if (message.holds<NowAvailable>()) journal.push_back("frames");
    if (message.holds<Released>()) journal.push_back("released");
  };
  f.shard.scheduler.spawn(std::move(poll));
  f.shard.settle();
  f.wait("1", 1);
  expect_eq(journal, Journal{"released"});
}

PHX_TEST("a waiting poll is notified once, however many frames come") {
  Fixture f;
  Journal journal;
  auto poll = std::make_unique<Actor>();
  poll->on_init = [&f](Actor& a) { a.scheduler().send(f.session, Flush{a.self()}); };
  poll->on_message = [&journal](Actor&, const Message& message) {
    if (message.holds<NowAvailable>()) journal.push_back("frames");
    if (message.holds<Released>()) journal.push_back("released");
  };
  f.shard.scheduler.spawn(std::move(poll));
  f.shard.settle();
  f.wait("1", 1);
  f.wait("2", 1);
  expect_eq(journal, Journal{"frames"});
}

namespace {

/// A poll that waits, and writes down that it was released.
void wait_for_release(Fixture& f, Journal& journal) {
  auto poll = std::make_unique<Actor>();
  poll->on_init = [&f](Actor& a) { a.scheduler().send(f.session, Flush{a.self()}); };
  poll->on_message = [&journal](Actor&, const Message& message) {
    if (message.holds<Released>()) journal.push_back("released");
  };
  f.shard.scheduler.spawn(std::move(poll));
  f.shard.settle();
}

}  // namespace

PHX_TEST("a poll that was notified and has not asked yet gets the frames if the server stops") {
  Fixture f;
  Journal journal;
  auto poll = std::make_unique<Actor>();
  poll->on_init = [&f](Actor& a) { a.scheduler().send(f.session, Flush{a.self()}); };
  poll->on_message = [&journal](Actor&, Message message) {
    if (message.holds<NowAvailable>()) journal.push_back("notified");
    if (const auto* given = message.get_if<Frames>()) journal.push_back(refs(*given));
  };
  f.shard.scheduler.spawn(std::move(poll));
  f.shard.settle();
  f.wait("1", 1);
  f.shard.scheduler.send(f.session, socket::Drain{});
  f.shard.settle();
  expect_eq(journal, Journal{"notified", "1"});
}

PHX_TEST("a connection that is told to close releases its poll only if the server stops") {
  const std::pair<const char*, std::function<void(Fixture&)>> ends[] = {
      {"the server stops", [](Fixture& f) { f.shard.scheduler.send(f.session, socket::Drain{}); }},
      {"no message, 1011", [](Fixture& f) { f.post("no message"); }},
      {"too long a name, 1008",
       [](Fixture& f) { f.post(R"(["1","2",")" + std::string(2'000, 'x') + R"(","e",{}])"); }},
  };
  for (const auto& one : ends) {
    each({one.first}, [&one, &ends](const char* why) {
      Fixture f;
      Journal journal;
      wait_for_release(f, journal);
      one.second(f);
      f.shard.settle();
      expect(!f.alive(), "the session has ended");
      expect_eq(journal, why == ends[0].first ? Journal{"released"} : Journal{});
    });
  }
}

PHX_TEST("an answer may have a million bytes, and not one more") {
  const auto together = [](std::size_t bytes) {
    Fixture f;
    f.wait("1", 400'000);
    f.wait("2", bytes - 400'000 - 2 * overhead);
    return refs(f.poll());
  };
  expect_eq(together(1'000'000), std::string("1 2"));
  expect_eq(together(1'000'001), std::string("1"));
}

PHX_TEST("frames that are given back end no session, however many wait meanwhile") {
  constexpr std::size_t two = 2 * (overhead + 100);
  each({"frames", "bytes"}, [](const char* limit) {
    const bool frames = std::string_view(limit) == "frames";
    Fixture f(frames ? LongpollOptions{.max_waiting_frames = 2}
                     : LongpollOptions{.max_waiting_bytes = two});
    for (const char* ref : {"1", "2"}) f.wait(ref, 100);
    Frames taken = f.poll();
    for (const char* ref : {"3", "4"}) f.wait(ref, 100);
    f.return_frames(std::move(taken));
    expect(f.alive() && f.told.empty(), "what was taken once has its place");
    expect_eq(refs(f.poll()), std::string("1 2 3 4"));
  });
}

PHX_TEST("a poll that is given frames keeps its session alive, too") {
  Fixture f;
  for (int i = 0; i < 5; ++i) {
    f.shard.pass(Millis{14'000});  // of 15,000: one and a half windows
    f.wait("1", 1);
    expect_eq(refs(f.poll()), std::string("1"));
  }
  expect(f.alive(), "it was polled in time");
}

PHX_TEST("neither the end of a poll nor what it gives back keeps a session alive") {
  each({"the end of a poll", "frames given back"}, [](const char* what) {
    Fixture f;
    f.wait("1", 1);
    Frames taken = f.poll();
    for (int i = 0; i < 2; ++i) {
      f.shard.pass(Millis{14'000});
      if (std::string_view(what) == "frames given back") {
        f.return_frames(taken);
      } else {
        f.shard.scheduler.send(f.session, Expired{});
      }
      f.shard.settle();
    }
    f.shard.pass(Millis{3'000});
    expect_eq(f.ends, Journal{"shutdown: inactive"});
  });
}

PHX_TEST("bytes that an answer leaves behind still count") {
  Fixture f({.max_waiting_bytes = 1'500'000});
  f.wait("1", 700'000);
  f.wait("2", 700'000);
  expect_eq(refs(f.poll()), std::string("1"));
  f.wait("3", 700'000);
  expect(f.alive(), "two may wait");
  f.wait("4", 700'000);
  expect(!f.alive(), "three may not");
}
