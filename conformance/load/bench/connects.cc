/// \file
/// A stream of new connections: each connects, upgrades, joins its topic, and closes.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/probe.h"
#include "conformance/load/client/connection.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"
#include "conformance/load/client/frames.h"

namespace phx::bench {
namespace {

// Closed connections wait for the server's end; above this number, new ones wait for them.
constexpr std::size_t max_leaving = 1'000;

/// One run. A resource: its connections keep a reference to it.
class Turnstile : Listener {
 public:
  Turnstile(const Context& context, std::size_t at_once) : context_(context), at_once_(at_once) {}

  Result run() {
    auto result = timed(context_, tally_, [this](Millis time) { keep_going(time); });
    context_.loop.run([this] { return guests_.size() == gone_.size(); }, patience,
                      [this] {
                        return fmt::format("{} connections were neither joined nor hung up on",
                                           guests_.size() - gone_.size());
                      });
    return result;
  }

 private:
  struct Guest {
    Instant began;
    std::unique_ptr<Connection> connection;
  };

  void opened(Connection& connection) override {
    connection.send(frame("1", 1, topic(connection.index()), "phx_join", "{}"));
  }

  void received(Connection& connection, std::string_view text) override {
    check_ = ReplyCheck{"1", topic(connection.index()), "{}"};
    check_(text, 1);
    tally_.latencies.add(connection.arrived() - guests_.at(connection.index()).began);
    last_join_ = connection.arrived();
    ++tally_.count;
    --arriving_;
    connection.finish();
  }

  // No connection is destroyed within a turn: keep_going() does it.
  void closed(Connection& connection) override { gone_.push_back(connection.index()); }

  static std::string topic(std::size_t number) {
    return fmt::format("conformance:bench{}", number % 1'000);
  }

  void admit() {
    while (arriving_ < at_once_ && guests_.size() < at_once_ + max_leaving) {
      Listener& self = *this;
      guests_[number_] = {Clock::now(), std::make_unique<Connection>(context_.loop, context_.target,
                                                                     self, number_)};
      ++number_;
      ++arriving_;
    }
  }

  void see_out() {
    for (const auto number : gone_) guests_.erase(number);
    gone_.clear();
  }

  void keep_going(Millis time) {
    last_join_ = Clock::now();
    const auto end = last_join_ + time;
    while (Clock::now() < end) {
      admit();
      context_.loop.turn(std::min(end, Clock::now() + Millis{100}));
      see_out();
      if (Clock::now() - last_join_ > patience) throw Failure("no join succeeded within 5 s");
    }
  }

  const Context& context_;
  std::size_t at_once_;
  std::size_t arriving_ = 0;
  std::size_t number_ = 0;
  ReplyCheck check_{"1", "", "{}"};
  Tally tally_;
  Instant last_join_;
  std::vector<std::size_t> gone_;
  std::unordered_map<std::size_t, Guest> guests_;
};

}  // namespace

Result connects(const Context& context, std::size_t at_once, std::size_t idle) {
  if (auto why = too_many(context, idle + at_once); !why.empty()) return skipped(std::move(why));
  Crowd silent{context.loop, context.target};
  silent.grow(idle, idle_topic);
  auto result = Turnstile{context, at_once}.run();
  silent.leave();
  return result;
}

}  // namespace phx::bench
