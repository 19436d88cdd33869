/// \file
/// One member of a topic broadcasts, and every member must get each broadcast, in order.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "conformance/load/bench/cases.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr std::string_view topic = "conformance:bench-fanout";
// With the number and the quotes around it, about 100 bytes of payload.
const std::string filling(80, 'x');
constexpr std::uint64_t first_ref = 2;  // 1 was the join's

/// One run. The sender is member 0. A resource: the crowd keeps a reference to it.
class Fanout {
 public:
  Fanout(const Context& context, std::size_t subscribers, std::size_t in_flight)
      : context_(context),
        crowd_(context.loop, context.target),
        in_flight_(in_flight),
        next_(subscribers, first_ref),
        reply_("1", topic, "{}") {
    crowd_.grow(subscribers, [](std::size_t, std::size_t) { return std::string{topic}; });
    crowd_.listen([this](Connection& connection, std::string_view text) { on(connection, text); });
  }

  Result run() {
    refill();
    auto result = timed(context_, tally_, [this](Millis time) { keep_going(time); });
    drain();
    return result;
  }

 private:
  /// A broadcast is in flight until every member has it and the sender has its reply.
  struct Wave {
    BroadcastCheck check;
    Instant sent;
    std::size_t missing;
  };

  void refill() {
    while (!stopping_ && waves_.size() < in_flight_) {
      const auto payload = fmt::format(R"({{"n":{},"data":"{}"}})", sent_, filling);
      waves_.push_back(
          {BroadcastCheck{topic, "broadcasted", payload}, Clock::now(), next_.size() + 1});
      crowd_[0].send(frame("1", sent_++, topic, "broadcast", payload));
    }
    crowd_[0].flush();
  }

  void on(Connection& connection, std::string_view text) {
    last_arrival_ = connection.arrived();
    if (connection.index() == 0 && text.find("phx_reply") != std::string_view::npos) {
      reply_(text, next_reply_);
      return landed(next_reply_++);
    }
    auto& due = next_[connection.index()];
    wave(due).check(text);
    ++tally_.count;
    landed(due++);
  }

  Wave& wave(std::uint64_t ref) {
    if (ref >= sent_) throw Failure("more messages came than were broadcast");
    return waves_[ref - (sent_ - waves_.size())];
  }

  void landed(std::uint64_t ref) {
    auto& its = wave(ref);
    if (--its.missing > 0) return;
    tally_.latencies.add(last_arrival_ - its.sent);
    // Each member gets the broadcasts in order, so the oldest is complete first.
    waves_.pop_front();
  }

  void keep_going(Millis time) {
    last_arrival_ = Clock::now();
    const auto end = last_arrival_ + time;
    while (Clock::now() < end) {
      context_.loop.turn(std::min(end, Clock::now() + Millis{100}));
      refill();
      if (Clock::now() - last_arrival_ > patience) throw Failure("no broadcast came within 5 s");
    }
  }

  void drain() {
    stopping_ = true;
    context_.loop.run([this] { return waves_.empty(); }, patience,
                      [this] {
                        return fmt::format("{} of the last broadcasts never reached everybody",
                                           waves_.size());
                      });
    crowd_.leave();
  }

  const Context& context_;
  Crowd crowd_;
  std::size_t in_flight_;
  std::vector<std::uint64_t> next_;  // which broadcast each member must get next
  ReplyCheck reply_;
  std::deque<Wave> waves_;
  std::uint64_t sent_ = first_ref;  // the next broadcast's ref, and its number
  std::uint64_t next_reply_ = first_ref;
  Tally tally_;
  Instant last_arrival_;
  bool stopping_ = false;
};

}  // namespace

Result fanout(const Context& context, std::size_t subscribers, std::size_t in_flight) {
  if (auto why = too_many(context, subscribers); !why.empty()) return skipped(std::move(why));
  return Fanout{context, subscribers, in_flight}.run();
}

}  // namespace phx::bench
