/// \file
/// The closed loop: every connection keeps W requests in flight, and sends another for each reply.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/lane.h"
#include "conformance/load/bench/probe.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

/// The request on a member's nth topic.
using Asked = std::function<Question(std::size_t index, std::size_t nth)>;

/// One run. A resource: the crowd keeps a reference to it.
class Rally {
 public:
  Rally(const Context& context, const Volley& volley)
      : context_(context),
        crowd_(context.loop, context.target),
        volley_(volley),
        next_topic_(volley.connections) {}

  Result run(const Crowd::Topic& topic, const Asked& asked) {
    crowd_.grow(volley_.connections, topic, volley_.topics);
    crowd_.listen([this](Connection& connection, std::string_view text) { on(connection, text); });
    const auto lanes = std::max(volley_.topics, std::size_t{1});
    for (std::size_t i = 0; i < volley_.connections; ++i)
      for (std::size_t nth = 0; nth < lanes; ++nth) lanes_.emplace_back(asked(i, nth));
    for (std::size_t i = 0; i < volley_.connections; ++i) serve(i);
    auto result = timed(context_, tally_, [this](Millis time) { keep_going(time); });
    drain();
    return result;
  }

 private:
  Lane& lane_of(std::size_t index) {
    return lanes_[index * std::max(volley_.topics, std::size_t{1}) + next_topic_[index]];
  }

  void serve(std::size_t index) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < volley_.in_flight; ++i) lane_of(index).ask(crowd_[index], now);
    crowd_[index].flush();
  }

  void on(Connection& connection, std::string_view text) {
    const auto index = connection.index();
    tally_.latencies.add(connection.arrived() - lane_of(index).answered(text));
    ++tally_.count;
    last_answer_ = connection.arrived();
    if (stopping_) return;
    if (++next_topic_[index] >= volley_.topics) next_topic_[index] = 0;
    lane_of(index).ask(connection, connection.arrived());
  }

  void keep_going(Millis time) {
    last_answer_ = Clock::now();
    const auto end = last_answer_ + time;
    while (Clock::now() < end) {
      context_.loop.turn(std::min(end, Clock::now() + Millis{100}));
      if (Clock::now() - last_answer_ > patience) throw Failure("no reply came within 5 s");
    }
  }

  /// Every request must be answered, even after the end of the measurement.
  void drain() {
    stopping_ = true;
    const auto waiting = [this] {
      std::size_t sum = 0;
      for (const auto& lane : lanes_) sum += lane.in_flight();
      return sum;
    };
    context_.loop.run([&] { return waiting() == 0; }, patience,
                      [&] { return fmt::format("{} requests were never answered", waiting()); });
    crowd_.leave();
  }

  const Context& context_;
  Crowd crowd_;
  Volley volley_;
  std::vector<std::size_t> next_topic_;  // by member: the one that is asked
  std::vector<Lane> lanes_;              // by member, and by topic within
  Tally tally_;
  Instant last_answer_;
  bool stopping_ = false;
};

std::string own_topic(std::size_t index, std::size_t nth) {
  return fmt::format("conformance:bench{}-{}", index, nth);
}

}  // namespace

Result echo(const Context& context, const Volley& volley) {
  const auto connections = volley.connections + volley.idle;
  if (auto why = too_many(context, connections); !why.empty()) return skipped(std::move(why));
  Crowd silent{context.loop, context.target};
  silent.grow(volley.idle, idle_topic);
  auto result = Rally{context, volley}.run(own_topic, [&](std::size_t index, std::size_t nth) {
    return echo_question(own_topic(index, nth), volley.bytes);
  });
  silent.leave();
  return result;
}

Result heartbeats(const Context& context, Volley volley) {
  volley.topics = 0;
  return Rally{context, volley}.run(own_topic,
                                    [](std::size_t, std::size_t) { return heartbeat_question(); });
}

Result burns(const Context& context, std::size_t connections, std::uint64_t rounds) {
  const auto topic = [](std::size_t index, std::size_t) { return fmt::format("bench:{}", index); };
  if (!may_join(context, topic(0, 0))) return skipped("the server has no topics bench:*");
  return Rally{context, {.connections = connections}}.run(
      topic,
      [&](std::size_t index, std::size_t nth) { return burn_question(topic(index, nth), rounds); });
}

}  // namespace phx::bench
