/// A long-poll session, played at random: two polls, posts of a few sizes, small limits, and time.

#include "transport/longpoll_session.h"

#include "chapters/workshop/play.h"
#include "telemetry/limits.h"
#include "testing/actors.h"
#include "testing/echo_room.h"
#include "testing/test_shard.h"

namespace {

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;
using exercise::Sequence;

std::string text_of(const std::vector<serializer::FramePtr>& frames) {
  std::string text;
  for (const serializer::FramePtr& frame : frames) {
    const std::string& bytes = frame->bytes;
    text +=
        " " +
        (bytes.size() < 120 ? bytes : bytes.substr(0, 30) + "… of " + std::to_string(bytes.size()));
  }
  return text;
}

constexpr std::size_t overhead =
    std::string_view(R"(["1","10","t","phx_reply",{"response":{"text":""},"status":"ok"}])").size();

struct Session {
  TestShard shard;
  Mount mount{"/socket", std::make_shared<EchoSocket>()};
  Journal journal;
  Pid session;
  Pid polls[2];
  std::vector<serializer::FramePtr> taken;  ///< By a poll, since they were last given back.

  Session(const LongpollOptions& options, std::optional<socket::MessageRate> messages,
          std::optional<socket::ByteRate> bytes) {
    shard.telemetry.attach("ear",
                           {telemetry::on<telemetry::LimitReached>([this](const auto& reached) {
                             journal.push_back("limit " + std::string(to_string(reached.limit)) +
                                               " " + std::to_string(reached.allowed));
                           })});
    mount.longpoll = options;
    mount.message_rate = messages;
    mount.byte_rate = bytes;
    session = shard.scheduler.spawn(std::make_unique<LongpollSession>(
        mount,
        Socket(shard.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0")),
        nullptr));
    auto watcher = std::make_unique<Actor>();
    watcher->on_init = [this](Actor& a) { a.scheduler().monitor(a.self(), session); };
    watcher->on_message = [this](Actor&, Message message) {
      const auto* down = message.get_if<process::Down>();
      if (down == nullptr) return;
      // A crash's detail may be worded freely, but for the number and the unit.
      const bool frames = down->reason.detail.find("frames") != std::string::npos;
      const bool limit =
          down->reason.detail.find(std::to_string(frames ? mount.longpoll->max_waiting_frames
                                                         : mount.longpoll->max_waiting_bytes)) !=
          std::string::npos;
      journal.push_back(down->reason.kind == ExitReason::crash
                            ? std::string("the session crashed: too many ") +
                                  (frames ? "frames" : "bytes") +
                                  (limit ? "" : ", it does not say how many")
                            : "the session ended: " + to_string(down->reason));
    };
    shard.scheduler.spawn(std::move(watcher));
    for (const int i : {0, 1}) polls[i] = actor(i == 0 ? "poll A" : "poll B");
    shard.settle();
  }
  Pid actor(const std::string& name) {
    auto made = std::make_unique<Actor>();
    made->on_message = [this, name](Actor&, Message message) {
      if (message.holds<Subscribed>()) journal.push_back(name + " waits");
      if (message.holds<NowAvailable>()) journal.push_back(name + " may ask");
      if (message.holds<Released>()) journal.push_back(name + " is released");
      if (message.holds<transport::Refused>()) journal.push_back(name + " is refused");
      if (message.holds<Handled>()) journal.push_back(name + " is handled");
      if (const auto* given = message.get_if<Frames>()) {
        journal.push_back(name + " gets" + text_of(given->frames));
        taken.insert(taken.end(), given->frames.begin(), given->frames.end());
      }
    };
    return shard.scheduler.spawn(std::move(made));
  }
  template <class M>
  void send(M message) {
    shard.scheduler.send(session, std::move(message));
  }
  void publish(const std::string& text) {
    send(Publish{actor("a post"), {serializer::Frame::text, text}});
  }
};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  LongpollOptions options;
  options.window = Millis{1'000};
  options.max_waiting_frames = steps.of({10'000UL, 10'000UL, 10'000UL, 3UL, 5UL, 2UL});
  options.max_waiting_bytes = steps.of({32'000'000UL, 32'000'000UL, 300UL, 1'200'000UL});
  const bool messages = steps.one_in(6);
  const bool bytes = steps.one_in(6);
  std::string what = "at most " + std::to_string(options.max_waiting_frames) + " frames and " +
                     std::to_string(options.max_waiting_bytes) + " bytes may wait";
  if (messages) what += ", 2 messages a second, 3 at once";
  if (bytes) what += ", 200 bytes a second, 300 at once";
  steps.does({}, what + "; a window of 1000 ms; t is joined");
  Session s(options, messages ? std::optional(socket::MessageRate{2, 3}) : std::nullopt,
            bytes ? std::optional(socket::ByteRate{200, 300}) : std::nullopt);
  s.publish(R"(["1","0","t","phx_join",{}])");
  s.shard.settle();
  std::size_t ref = 9;  // all have two digits: two frames may fill an answer to the last byte
  while (steps.next()) {
    const unsigned kind = steps.below(8);
    const unsigned which = steps.below(2);
    const std::string poll = which == 0 ? "poll A" : "poll B";
    if (kind < 2) {
      const std::size_t size = steps.of<std::size_t>(
          {0, 10, 0, 100, 400'000, 500'000 - overhead, 1'000'000 - overhead, 1'000'000});
      const unsigned times = 1 + steps.below(3);
      steps.does({6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30, 31, 32, 33, 34, 35, 36, 37, 38},
                 std::to_string(times) + " posts at once, each of " + std::to_string(size) +
                     " bytes and its head");
      for (unsigned i = 0; i < times; ++i) {
        s.publish(R"(["1",")" + std::to_string(++ref) + R"(","t","e",{"text":")" +
                  std::string(size, 'x') + R"("}])");
      }
    } else if (kind < 4) {
      steps.does({1, 19, 20, 21, 22, 23, 24, 25, 26}, poll + " asks");
      s.send(Flush{s.polls[which]});
    } else if (kind == 4) {
      steps.does({2, 3, 4}, poll + " has waited for its window");
      s.send(Expired{s.polls[which]});
    } else if (kind == 5) {
      const bool nothing = steps.one_in(4);
      steps.does({5, 27, 28, 29}, nothing ? "nothing comes back" : "what was taken comes back");
      s.send(nothing ? ReturnFrames{} : ReturnFrames{std::exchange(s.taken, {})});
    } else if (kind == 6) {
      const long long time = steps.of({500LL, 1LL, 1'499LL, 500LL, 1'500LL, 1LL, 3'000LL});
      steps.does({8, 42, 43}, std::to_string(time) + " ms pass");
      s.shard.pass(Millis{time});
    } else {
      const unsigned how = steps.below(8);
      if (how == 7) {
        steps.does({40}, "the server stops");
        s.send(socket::Drain{});
      } else if (how == 6) {
        steps.does({17, 39, 41}, "a post with a topic of 9000 letters");
        s.publish(R"(["1","9",")" + std::string(9'000, 't') + R"(","e",{}])");
      } else if (how >= 4) {
        steps.does({9, 18}, "a post that no channel takes, and one that is no message");
        s.publish(R"([null,"7","none","e",{}])");
        s.publish(how == 5 ? "nonsense" : R"(["1","8","t","phx_leave",{}])");
      } else {
        steps.does({9}, "the session is sent a number, and a second poll asks at once");
        s.send(7);
        s.send(Flush{s.polls[which]});
        s.send(Flush{s.polls[1 - which]});
      }
    }
    s.shard.settle();
    for (const std::string& line : std::exchange(s.journal, {})) steps.comes(line);
    if (!s.shard.scheduler.alive(s.session)) return;
  }
}
