/// \file
/// The closed loop: every connection keeps W requests in flight and asks again as replies come.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/bench/cases.h"
#include "conformance/bench/crowd.h"
#include "conformance/bench/error.h"
#include "conformance/bench/lane.h"

namespace phx::bench {
namespace {

constexpr Millis patience{5'000};

/// One run. A resource: the crowd keeps a reference to it.
class Rally {
 public:
  Rally(const Context& context, const Crowd::Topic& topic, const Volley& volley)
      : context_(context), crowd_(context.loop, context.target), volley_(volley) {
    crowd_.grow(volley.connections, topic);
    crowd_.listen([this](Connection& connection, std::string_view text) { on(connection, text); });
  }

  Result run(const std::function<Question(std::size_t)>& question) {
    for (std::size_t i = 0; i < volley_.connections; ++i) lanes_.emplace_back(question(i));
    for (std::size_t i = 0; i < volley_.connections; ++i) serve(i);
    auto result = timed(context_, tally_, [this](Millis time) { keep_going(time); });
    drain();
    return result;
  }

 private:
  void serve(std::size_t index) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < volley_.in_flight; ++i) lanes_[index].ask(crowd_[index], now);
    crowd_[index].flush();
  }

  void on(Connection& connection, std::string_view text) {
    auto& lane = lanes_[connection.index()];
    tally_.latencies.add(connection.arrived() - lane.answered(text));
    ++tally_.count;
    last_answer_ = connection.arrived();
    if (!stopping_) lane.ask(connection, connection.arrived());
  }

  void keep_going(Millis time) {
    last_answer_ = Clock::now();
    const auto end = last_answer_ + time;
    while (Clock::now() < end) {
      context_.loop.turn(std::min(end, Clock::now() + Millis{100}));
      if (Clock::now() - last_answer_ > patience) throw Failure("no reply came for 5 s");
    }
  }

  /// What was asked must be answered, also behind the end of the measurement.
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
  std::vector<Lane> lanes_;
  Tally tally_;
  Instant last_answer_;
  bool stopping_ = false;
};

std::string own_topic(std::size_t index) { return fmt::format("conformance:bench{}", index); }

}  // namespace

Result echo(const Context& context, const Volley& volley) {
  return Rally{context, own_topic, volley}.run(
      [&](std::size_t index) { return echo_question(own_topic(index), volley.bytes); });
}

Result heartbeats(const Context& context, const Volley& volley) {
  return Rally{context, [](std::size_t) { return std::string{}; }, volley}.run(
      [](std::size_t) { return heartbeat_question(); });
}

}  // namespace phx::bench
