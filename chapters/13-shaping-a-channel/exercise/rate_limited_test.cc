/// What a rate-limited channel promises, as its clients see it.

#include "chapters/13-shaping-a-channel/exercise/rate_limited.h"

#include "testing/channel_test.h"

using namespace phx;
using namespace phx::testing;
using phx::exercise::Allowance;
using phx::exercise::RateLimited;

namespace {

std::vector<std::string> heard;  ///< What the channel inside was asked.

struct Room final : Channel {
  JoinResult join(std::string_view topic, Payload params, Socket&) override {
    if (topic == "room:closed") return Refused{Json::object({{"reason", "closed"}})};
    return Joined{std::move(params)};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    heard.push_back(std::string(event));
    if (event == "say") socket.broadcast("said", std::move(payload));
    if (event == "stop") return Stop{};
    if (event == "later") socket.send_self(1);
    if (event == "echo") return Reply::ok(std::move(payload));
    if (event == "quit") return Stop{{ExitReason::shutdown, "enough"}, Reply::error()};
    return Reply::ok();
  }
  Result handle_out(std::string_view event, Payload, Socket& socket) override {
    socket.push(event, Json::object({{"through", true}}));
    return NoReply{};
  }
  Result handle_info(Message, Socket& socket) override {
    socket.push("told", {});
    return NoReply{};
  }
  void terminate(const ExitReason& reason, Socket&) override {
    heard.push_back("end: " + process::to_string(reason));
  }
  std::vector<std::string> intercepts() const override { return {"said"}; }
  bool blocking(std::string_view event, const Payload&) const override { return event == "slow"; }
  Level log_join() const override { return Level::warn; }
  Level log_handle_in() const override { return Level::error; }
};

struct Users final : UserSocket {
  Users() {
    channel("room:*", [] {
      const Allowance allowance{.per_second = 2, .burst = 3, .patience = 4};
      return std::make_unique<RateLimited>(std::make_unique<Room>(), allowance);
    });
  }
};

struct Fixture {
  Users users;
  ChannelTest test;
  JoinedChannel room = test.socket(users).join("room:a");
  Fixture() { heard.clear(); }

  void ok(const JoinedChannel& at) { at.assert_reply(at.push("ping"), Status::ok); }
  void ok() { ok(room); }
  void refused(long long retry_after_ms) {
    const Payload reason = room.assert_reply(room.push("ping"), Status::error);
    expect_eq(
        reason.json().dump(),
        Json::object({{"reason", "rate limited"}, {"retry_after_ms", retry_after_ms}}).dump());
  }
  void use_up() {
    for (int i = 0; i < 3; ++i) ok();
  }
};

using Heard = std::vector<std::string>;

}  // namespace

PHX_TEST("what is no event of the client's goes to the channel inside, and comes back from it") {
  Users users;
  ChannelTest test;
  const Client client = test.socket(users);
  expect_eq(client.join("room:a", Json::object({{"n", 1}})).response().view(), R"({"n":1})");
  expect_eq(client.join_refused("room:closed").view(), R"({"reason":"closed"})");
  const RateLimited limited(std::make_unique<Room>(), {});
  expect_eq(limited.intercepts(), Heard{"said"});
  expect(limited.blocking("slow", {}) && !limited.blocking("say", {}), "blocking is passed on");
  expect(limited.log_join() == Level::warn, "log_join is passed on");
  expect(limited.log_handle_in() == Level::error, "log_handle_in is passed on");
}

PHX_TEST("a burst passes at once; one more is refused, and the channel hears nothing of it") {
  Fixture f;
  f.use_up();
  f.refused(500);
  expect_eq(heard, Heard{"ping", "ping", "ping"});
}

PHX_TEST("events, messages and broadcasts reach the channel inside") {
  Fixture f;
  f.room.push("later");
  f.room.assert_push("told");
  f.room.push("say", Json::object({{"n", 1}}));
  f.room.assert_push("said", Json::object({{"through", true}}));
  f.room.push("stop");
  f.room.assert_down({ExitReason::normal, ""});
  expect_eq(heard, Heard{"later", "say", "stop", "end: normal"});
}

PHX_TEST("the channel inside gets the payload, and what it returns is returned as it is") {
  Fixture f;
  const MessageRef echo = f.room.push("echo", Json::object({{"n", 1}}));
  expect_eq(f.room.assert_reply(echo, Status::ok).json().dump(), std::string(R"({"n":1})"));
  f.room.assert_reply(f.room.push("quit"), Status::error);
  f.room.assert_down({ExitReason::shutdown, "enough"});
}

PHX_TEST("after the time that it was told, the client is heard again, once") {
  Fixture f;
  f.use_up();
  f.refused(500);
  f.test.pass(Millis{499});
  f.refused(1);
  f.test.pass(Millis{1});
  f.ok();
  f.refused(500);
}

PHX_TEST("what is left of a wait is rounded up, so that nobody comes too early") {
  Users users;
  ChannelTest test;
  RateLimited limited(std::make_unique<Room>(), {.per_second = 3, .burst = 1, .patience = 9});
  Socket socket(test.context(), serializer::v2_json());
  expect(std::get<Reply>(limited.handle_in("ping", {}, socket)).status == Status::ok, "the first");
  const Result second = limited.handle_in("ping", {}, socket);
  expect_eq(std::get<Reply>(second).response["retry_after_ms"].integer_or(0), 334);
}

PHX_TEST("parts of a millisecond add up, even if they are asked for one by one") {
  ChannelTest test;
  RateLimited limited(std::make_unique<Room>(), {.per_second = 1'000, .burst = 1, .patience = 9});
  Socket socket(test.context(), serializer::v2_json());
  process::Scheduler& scheduler = *test.context().scheduler;
  const Clock::time_point start = scheduler.now();
  for (const int tenths : {0, 6, 12, 18, 24}) {
    scheduler.run(start + std::chrono::microseconds(tenths * 100));
    const Result answer = limited.handle_in("ping", {}, socket);
    const bool whole = tenths % 12 == 0;  // 0.6 ms alone are no whole event yet
    expect(std::get<Reply>(answer).status == (whole ? Status::ok : Status::error),
           std::to_string(tenths * 100) + " microseconds after the first");
  }
}

PHX_TEST("quiet is not saved up beyond the burst") {
  Fixture f;
  f.use_up();
  f.test.pass(Millis{3'600'000});
  f.use_up();
  f.refused(500);
}

PHX_TEST("what comes back is what the time was worth, and no whole burst") {
  Fixture f;
  f.use_up();
  f.test.pass(Millis{1'000});
  f.ok();
  f.ok();
  f.refused(500);
}

PHX_TEST("a client within the rate is never refused") {
  Fixture f;
  for (int i = 0; i < 100; ++i) {
    f.ok();
    f.test.pass(Millis{500});
  }
}

PHX_TEST("each client and each topic has an allowance of its own") {
  Fixture f;
  f.use_up();
  const JoinedChannel other = f.test.socket(f.users).join("room:a");
  f.ok(other);
  f.refused(500);
}

PHX_TEST("the last refusal that patience allows is answered, and ends the channel with phx_close") {
  Fixture f;
  f.use_up();
  for (int i = 0; i < 4; ++i) f.refused(500);
  f.room.assert_down({ExitReason::shutdown, "rate limited"});
  f.room.assert_push("phx_close");
  expect_eq(heard.back(), "end: shutdown: rate limited");
}

PHX_TEST("time alone makes up for no refusal") {
  Fixture f;
  f.use_up();
  f.refused(500);
  for (const auto& [pause, wait] : {std::pair{110, 390}, {110, 280}, {279, 1}}) {
    f.test.pass(Millis{pause});
    f.refused(wait);
  }
  f.room.assert_down({ExitReason::shutdown, "rate limited"});
}

PHX_TEST("an event that is taken makes up for the refusals before it") {
  Fixture f;
  f.use_up();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i) f.refused(500);
    f.test.pass(Millis{500});
    f.ok();
  }
  f.room.refute_down();
}

PHX_TEST("neither an allowance of 0 nor a null channel can be constructed") {
  const auto made = [](Allowance allowance) {
    return expect_throw<std::invalid_argument>(
        [&] { RateLimited(std::make_unique<Room>(), allowance); });
  };
  const std::string no_channel =
      expect_throw<std::invalid_argument>([] { RateLimited(nullptr, {}); });
  for (const std::string& sentence :
       {made({.per_second = 0}), made({.burst = 0}), made({.patience = 0}), no_channel}) {
    expect(sentence.starts_with("expected"), sentence);
  }
}
