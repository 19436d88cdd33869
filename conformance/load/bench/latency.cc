/// \file
/// The open loop: messages leave on a timetable, whether or not the server keeps up.
///
/// A closed loop waits while the server pauses, and so hides the pause. Here a latency counts from
/// the message's time on the timetable, so that every delayed message shows the pause.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/lane.h"
#include "conformance/load/bench/probe.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr std::size_t talkers = 100;
constexpr std::size_t payload_bytes = 100;
// A server this far behind will not catch up: stop, instead of filling its buffers.
constexpr std::size_t max_behind = 50'000;

// Below this share of the timetable a server is reported as saturated.
constexpr double kept_up = 0.97;

std::string talking_topic(std::size_t index, std::size_t) {
  return fmt::format("conformance:bench{}", index);
}

/// One run. A resource: the crowd keeps a reference to it.
class Timetable {
 public:
  Timetable(const Context& context, const Schedule& schedule)
      : context_(context),
        crowd_(context.loop, context.target),
        schedule_(schedule),
        step_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(1 / schedule.rate))) {
    crowd_.grow(talkers, talking_topic);
    crowd_.listen([this](Connection& connection, std::string_view text) { on(connection, text); });
    for (std::size_t i = 0; i < talkers; ++i)
      lanes_.emplace_back(echo_question(talking_topic(i, 0), payload_bytes));
  }

  Result run() {
    due_ = Clock::now();
    auto result = timed(context_, tally_, [this](Millis time) { keep_going(time); });
    // The slowest answers come last: without them the percentiles would look better.
    context_.loop.run([this] { return in_flight_ == 0; }, patience,
                      [this] { return fmt::format("{} messages unanswered", in_flight_); });
    result.latency = percentiles(tally_.latencies);
    result.rate = result.figure;
    result.figure = result.latency->p50;
    result.saturated = too_far_behind_ || *result.rate < kept_up * schedule_.rate;
    crowd_.leave();
    return result;
  }

 private:
  void send_what_is_due() {
    if (too_far_behind_) return;
    for (const auto now = Clock::now(); due_ <= now; due_ += step_) {
      if (in_flight_ == max_behind) return fall_behind();
      const auto index = turn_++ % talkers;
      lanes_[index].ask(crowd_[index], due_);
      crowd_[index].flush();
      ++in_flight_;
    }
  }

  void fall_behind() {
    too_far_behind_ = true;
    if (!schedule_.may_saturate)
      throw Failure(fmt::format("the server is {} messages behind and can't keep up", in_flight_));
  }

  void on(Connection& connection, std::string_view text) {
    tally_.latencies.add(connection.arrived() - lanes_[connection.index()].answered(text));
    --in_flight_;
    ++tally_.count;
  }

  void keep_going(Millis time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
      send_what_is_due();
      context_.loop.turn(too_far_behind_ ? end : std::min(end, due_));
    }
  }

  const Context& context_;
  Crowd crowd_;
  Schedule schedule_;
  Clock::duration step_;
  std::vector<Lane> lanes_;
  Instant due_;
  std::size_t turn_ = 0;
  std::size_t in_flight_ = 0;
  bool too_far_behind_ = false;
  Tally tally_;
};

}  // namespace

Result latency(const Context& context, const Schedule& schedule) {
  if (auto why = too_many(context, schedule.idle + talkers); !why.empty())
    return skipped(std::move(why));
  Crowd silent{context.loop, context.target};
  silent.grow(schedule.idle, idle_topic);
  auto result = Timetable{context, schedule}.run();
  silent.leave();
  return result;
}

}  // namespace phx::bench
