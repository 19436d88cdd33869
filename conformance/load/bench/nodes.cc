/// \file
/// Two nodes of one cluster: members of one broadcast, members of the other must get each, in
/// order.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/lane.h"
#include "conformance/load/bench/probe.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr std::string_view payload = R"({"body":"hi"})";

std::string topic_of(std::size_t index, std::size_t) {
  return fmt::format("conformance:bench-nodes{}", index);
}

/// The senders at the first node, each with its own topic, and the receivers at the second.
struct Cast {
  std::size_t pairs = 10;
  std::size_t heard_each = 1;  ///< One receiver for this many senders; 0 for none.
};

/// Each pair has a topic: its sender is a member at the first node, its receiver, if there is one,
/// at the second. A resource: the crowds keep references to it.
class Pairs {
 public:
  /// Without a receiver a broadcast is done when its sender has the reply.
  Pairs(const Context& context, const Cast& cast)
      : context_(context),
        cast_(cast),
        talkers_(context.loop, context.target),
        hearers_(context.loop, *context.other),
        sent_(cast.pairs) {
    talkers_.grow(cast.pairs, topic_of);
    if (cast.heard_each > 0) {
      hearers_.grow(
          cast.pairs / cast.heard_each,
          [each = cast.heard_each](std::size_t i, std::size_t) { return topic_of(i * each, 0); });
    }
    talkers_.listen([this](Connection& talker, std::string_view text) { replied(talker, text); });
    hearers_.listen([this](Connection& hearer, std::string_view text) { heard(hearer, text); });
    for (std::size_t i = 0; i < cast.pairs; ++i) {
      const std::string topic = topic_of(i, 0);
      lanes_.emplace_back(Question{"1", topic, "broadcast_from", std::string(payload), "{}"});
      checks_.emplace_back(topic, "broadcasted", payload);
    }
    await_cluster();
  }

  void broadcast(std::size_t pair, Instant due) {
    lanes_[pair].ask(talkers_[pair], due);
    sent_[pair].push_back(due);
  }
  std::size_t size() const { return sent_.size(); }
  void flush(std::size_t pair) { talkers_[pair].flush(); }
  std::size_t in_flight(std::size_t pair) const { return sent_[pair].size(); }
  std::size_t in_flight() const {
    std::size_t sum = 0;
    for (const auto& each : sent_) sum += each.size();
    return sum;
  }

  void turn(Instant until) {
    context_.loop.turn(until);
    if (in_flight() > 0 && Clock::now() - last_ > patience)
      throw Failure("no broadcast came to the other node for 5 s");
  }
  void drain() {
    context_.loop.run([this] { return in_flight() == 0 && answered(); }, patience,
                      [this] { return fmt::format("{} broadcasts never came", in_flight()); });
    talkers_.leave();
    hearers_.leave();
  }
  Tally& tally() { return tally_; }

 private:
  void replied(Connection& talker, std::string_view text) {
    lanes_[talker.index()].answered(text);
    const bool heard = cast_.heard_each > 0 && talker.index() % cast_.heard_each == 0;
    if (!heard) through(talker.index(), talker);
  }
  void heard(Connection& hearer, std::string_view text) {
    const std::size_t pair = hearer.index() * cast_.heard_each;
    checks_[pair](text);
    if (sent_[pair].empty()) throw Failure("more messages came than were broadcast");
    through(pair, hearer);
  }
  void through(std::size_t pair, Connection& last) {
    auto& sent = sent_[pair];
    tally_.latencies.add(last.arrived() - sent.front());
    sent.pop_front();
    ++tally_.count;
    last_ = last.arrived();
  }
  bool answered() const {
    return std::all_of(lanes_.begin(), lanes_.end(),
                       [](const Lane& lane) { return lane.in_flight() == 0; });
  }

  /// Nodes that have just started may not be connected yet: the first broadcasts are lost.
  void await_cluster() {
    if (cast_.heard_each == 0) return;
    constexpr int max_attempts = 100;
    for (int attempt = 0; attempt < max_attempts && tally_.count == 0; ++attempt) {
      broadcast(0, Clock::now());
      flush(0);
      context_.loop.pause(Millis{50});
    }
    if (tally_.count == 0) throw Failure("the nodes are not one cluster: nothing comes across");
    context_.loop.pause(Millis{200});
    sent_[0].clear();  // of those before the first that came across
  }

  const Context& context_;
  const Cast cast_;
  Crowd talkers_;
  Crowd hearers_;
  std::vector<Lane> lanes_;
  std::vector<BroadcastCheck> checks_;
  std::vector<std::deque<Instant>> sent_;  // by pair: broadcasts that are not done
  Tally tally_;
  Instant last_ = Clock::now();
};

/// As many as possible, `in_flight` of each pair at a time.
Result flood(const Context& context, const Context& metered, const Cast& cast,
             std::size_t in_flight) {
  Pairs nodes(context, cast);
  const auto go = [&](Millis time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
      for (std::size_t pair = 0; pair < nodes.size(); ++pair) {
        // Half at a time, so that several share a write and a turn of the server's loop.
        if (nodes.in_flight(pair) > in_flight / 2) continue;
        const auto now = Clock::now();
        while (nodes.in_flight(pair) < in_flight) nodes.broadcast(pair, now);
        nodes.flush(pair);
      }
      nodes.turn(std::min(end, Clock::now() + Millis{100}));
    }
  };
  auto result = timed(metered, nodes.tally(), go);
  nodes.drain();
  return result;
}

/// The second node's CPU for each broadcast at the first.
Result flood_beside(const Context& context, const Cast& cast, std::size_t in_flight) {
  if (context.other == nullptr) return skipped("it needs a second node: --nodes 2");
  if (!context.other->pid) return skipped("the second node's process is not known");
  const Context metered{context.loop, *context.other, context.window, context.descriptor_limit};
  return flood(context, metered, cast, in_flight);
}

}  // namespace

Result across(const Context& context, double rate) {
  if (context.other == nullptr) return skipped("it needs a second node: --nodes 2");
  Pairs nodes(context, Cast{});
  const auto step =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate));
  auto due = Clock::now();
  std::size_t turn = 0;
  auto result = timed(context, nodes.tally(), [&](Millis time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
      for (const auto now = Clock::now(); due <= now; due += step) {
        const auto pair = turn++ % nodes.size();
        nodes.broadcast(pair, due);
        nodes.flush(pair);
      }
      nodes.turn(std::min(end, due));
    }
  });
  nodes.drain();
  result.latency = percentiles(nodes.tally().latencies);
  result.rate = result.figure;
  result.figure = result.latency->p50;
  return result;
}

Result across_flood(const Context& context, std::size_t in_flight) {
  if (context.other == nullptr) return skipped("it needs a second node: --nodes 2");
  return flood(context, context, Cast{}, in_flight);
}

Result overheard(const Context& context, std::size_t in_flight) {
  return flood_beside(context, {.pairs = 10, .heard_each = 0}, in_flight);
}

Result one_of_a_hundred(const Context& context, std::size_t in_flight) {
  return flood_beside(context, {.pairs = 1'000, .heard_each = 100}, in_flight);
}

}  // namespace phx::bench
