/// A channel that is kept to a rate, played at random: small allowances, times around a token's.

#include "chapters/13-shaping-a-channel/exercise/rate_limited.h"

#include <stdexcept>

#include "chapters/workshop/play.h"
#include "testing/channel_test.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Allowance;
using exercise::RateLimited;
using exercise::Sequence;

struct Room final : Channel {
  explicit Room(std::vector<std::string>& heard) : heard_(heard) {}
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket&) override {
    heard_.push_back("inside hears " + std::string(event) + " " + payload.json().dump());
    if (event == "fail") return Reply::error(std::move(payload));
    if (event == "quiet") return NoReply{};
    return Reply::ok(std::move(payload));
  }
  void terminate(const ExitReason& reason, Socket&) override {
    heard_.push_back("inside ends: " + process::to_string(reason));
  }
  std::vector<std::string>& heard_;
};

struct Users final : UserSocket {
  Users(std::vector<std::string>& heard, Allowance allowance) {
    channel("room:*", [&heard, allowance] {
      return std::make_unique<RateLimited>(std::make_unique<Room>(heard), allowance);
    });
  }
};

std::string text_of(const Allowance& allowance) {
  return std::to_string(allowance.per_second) + " a second, a burst of " +
         std::to_string(allowance.burst) + ", a patience of " + std::to_string(allowance.patience);
}

std::string text_of(const Mail& mail) {
  if (mail.kind == Mail::close) return mail.topic + " closes";
  return mail.topic + (mail.kind == Mail::reply ? " reply " : " push ") + mail.name + " " +
         mail.payload.json().dump();
}

std::string made(bool inner, Allowance allowance, std::vector<std::string>& heard) {
  try {
    const RateLimited one(inner ? std::make_unique<Room>(heard) : nullptr, allowance);
  } catch (const std::invalid_argument& error) {
    return std::string_view(error.what()).starts_with("expected")
               ? "throws a sentence that begins with expected"
               : "throws another sentence";
  }
  return "is made";
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  std::vector<std::string> heard;
  const std::size_t a = steps.of({2UL, 3UL, 1UL, 7UL, 300UL});
  const std::size_t b = steps.of({3UL, 1UL, 2UL, 5UL});
  const std::size_t p = steps.of({3UL, 2UL, 1UL, 20UL});
  if (steps.below(6) == 5) {
    const Allowance bad{.per_second = steps.below(2) * a,
                        .burst = steps.below(2) * b,
                        .patience = steps.below(2) * p};
    const bool inner = steps.below(4) != 3;
    steps.does({1, 2, 3}, "a RateLimited " + std::string(inner ? "with" : "without") +
                              " a channel inside, " + text_of(bad));
    return steps.comes_of([&] { return made(inner, bad, heard); });
  }
  const Allowance allowance{.per_second = a, .burst = b, .patience = p};
  const Users users(heard, allowance);
  ChannelTest test;
  test.trap_exits();
  const Client client = test.socket(users);
  const JoinedChannel room = client.join("room:a");
  steps.does({4}, "two join, at " + text_of(allowance));
  const JoinedChannel other = test.socket(users).join("room:b");
  while (steps.next()) {
    const unsigned times = 1 + steps.below(3);
    const long long passes = steps.of({0LL, 499LL, 500LL, 501LL, 334LL, 1LL, 10'000LL, 1000LL});
    const std::string event = steps.of({"say", "say", "fail", "quiet"});
    const bool first = steps.below(4) != 3;
    steps.does({5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
               "after " + std::to_string(passes) + " ms " + (first ? "one" : "the other") +
                   " sends " + event + ", " + std::to_string(times) + " times");
    test.pass(Millis{passes});
    for (unsigned i = 0; i < times; ++i) {
      (first ? room : other).push(event, Json::object({{"n", i}}));
    }
    for (const std::string& line : heard) steps.comes(line);
    heard.clear();
    for (const JoinedChannel* at : {&room, &other}) {
      while (const auto mail = at->next()) steps.comes(text_of(*mail));
    }
  }
}
