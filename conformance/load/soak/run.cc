/// \file
/// The soak itself: its members, its time, and its result.
#include "conformance/load/soak/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/load/client/error.h"
#include "conformance/load/client/usage.h"
#include "conformance/load/soak/herald.h"
#include "conformance/load/soak/vandal.h"

namespace phx::soak {
namespace {

using bench::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds settling{20};  // for the server to end half-closed connections
constexpr milliseconds a_turn{2};
constexpr milliseconds between_tends{100};
constexpr std::size_t max_wrong = 200;
constexpr std::size_t max_at_once = 200;  // actions in one turn, should the client lag behind

/// A rate, in uneven steps. A value.
class Pace {
 public:
  explicit Pace(double a_second) : a_second_(a_second) {}
  std::size_t due(std::chrono::duration<double> passed) {
    owed_ += a_second_ * passed.count();
    const auto now = static_cast<std::size_t>(owed_);
    owed_ -= static_cast<double>(now);
    return std::min(now, max_at_once);
  }

 private:
  double a_second_;
  double owed_ = 0;
};

class Soak {
 public:
  Soak(const Load& load, const std::vector<Target>& nodes, Cluster* cluster, Findings& findings,
       const OnSample& on_sample)
      : load_(load),
        nodes_(nodes),
        cluster_(cluster),
        findings_(findings),
        on_sample_(on_sample),
        random_(load.seed),
        actions_(load.actions),
        broadcasts_(load.broadcasts),
        vandalism_(load.vandals) {}

  Outcome run() {
    gather();
    keep_going();
    settle();
    if (cluster_ != nullptr) audit_nodes();
    leave();
    look_for_the_end();
    outcome_.memory = judge_memory(outcome_.samples);
    outcome_.tally = tally_;
    return std::move(outcome_);
  }

 private:
  void gather() {
    if (cluster_ != nullptr) await_cluster();
    for (std::size_t i = 0; i < load_.feeds; ++i) {
      feeds_.push_back(std::make_unique<Feed>(fmt::format("conformance:soak-feed-{}", i),
                                              i % nodes_.size(), nodes_.size()));
      for (std::size_t node = 0; node < nodes_.size(); ++node) {
        heralds_.push_back(std::make_unique<Herald>(world_, *feeds_.back(), node));
      }
    }
    for (std::size_t node = 0; cluster_ != nullptr && node < nodes_.size(); ++node) {
      observers_.push_back(std::make_unique<Observer>(world_, node));
    }
    for (std::size_t i = 0; i < load_.websockets + load_.polls; ++i) {
      const Way way = i < load_.websockets ? Way::websocket : Way::longpoll;
      members_.push_back(
          std::make_unique<Member>(world_, fmt::format("member{}", i), way, i % nodes_.size()));
    }
    wait(load_.patience,
         [this] { return all_heralds(&Herald::listens) && all_observers(&Observer::listens); });
    outcome_.descriptors_before = descriptors();
    if (outcome_.descriptors_before) {
      *outcome_.descriptors_before -= heralds_.size() + observers_.size();
    }
  }

  /// Nodes that have just started may not be connected yet.
  void await_cluster() {
    const auto connected = [](const Books& books) {
      return books.connected > 0 && books.subscribed > 0;
    };
    const bool all = wait(load_.patience, [&] {
      const auto books = cluster_->books();
      return std::all_of(books.begin(), books.end(), connected);
    });
    if (!all) throw bench::Failure("the nodes did not connect to Redis");
  }

  void keep_going() {
    const Instant begin = Clock::now();
    const auto end = begin + std::chrono::duration<double>(load_.seconds);
    Instant last = begin, next_sample = begin + seconds{1};
    sampled_ = begin;
    if (cluster_ != nullptr) {
      outages_.emplace(*cluster_, feeds_, observers_, load_.outages, lasting_channels(), begin,
                       std::chrono::duration<double>(load_.seconds));
    }
    while (last < end && !hopeless()) {
      turn(last + a_turn);
      const Instant now = Clock::now();
      act(now, now - last);
      last = now;
      if (now >= next_sample) {
        sample(now, now - begin);
        next_sample += seconds{1};
      }
    }
    outcome_.gave_up_early = last < end;
  }

  /// The feeds' topics, of which every node has a member throughout, if each has a channel.
  std::size_t lasting_channels() const { return load_.channel_per_topic ? feeds_.size() : 0; }

  void act(Instant now, std::chrono::duration<double> passed) {
    for (auto n = actions_.due(passed); n > 0; --n) members_[world_.any(members_.size())]->act(now);
    for (auto n = broadcasts_.due(passed); n > 0; --n) {
      for (const auto& herald : heralds_) herald->speak();
    }
    for (auto n = vandalism_.due(passed); n > 0; --n) {
      vandals_.push_back(std::make_unique<Vandal>(world_));
    }
    tend(now, now - load_.patience);
  }

  void tend(Instant now, Instant then) {
    if (now < next_tend_) return;
    next_tend_ = now + between_tends;
    for (const auto& member : members_) member->tend(now, then);
    for (const auto& herald : heralds_) herald->tend(then);
    if (outages_) outages_->turn(now);
    std::erase_if(vandals_, [now](const auto& vandal) { return vandal->over(now); });
  }

  void sample(Instant now, std::chrono::duration<double> at) {
    const std::chrono::duration<double> since = now - sampled_;
    sampled_ = now;
    Sample made{.seconds = at.count()};
    for (const Target& node : nodes_) {
      if (node.pid) made.resident_bytes += bench::resident_bytes_of(*node.pid).value_or(0);
    }
    if (nodes_[0].pid) outcome_.server_ended = server_ended();
    const std::uint64_t messages = tally_.sent + tally_.received;
    made.messages = static_cast<double>(messages - counted_) / since.count();
    counted_ = messages;
    made.p50_us = tally_.latencies.microseconds_at(0.5);
    made.p99_us = tally_.latencies.microseconds_at(0.99);
    tally_.latencies = {};
    made.connections = heralds_.size() + observers_.size() + vandals_.size();
    for (const auto& member : members_) made.connections += member->connected();
    outcome_.samples.push_back(made);
    on_sample_(made);
  }

  void turn(Instant until) {
    loop_.turn(until);
    residents_.turn();
  }

  bool hopeless() const { return outcome_.server_ended || findings_.count() >= max_wrong; }

  /// No more requests: everything due must come, including the last broadcast.
  void settle() {
    for (const auto& member : members_) member->rest();
    if (outages_) {
      outages_->no_more();
      wait(load_.patience, [this] { return outages_->calm(); });
    }
    const bool settled = wait(load_.patience, [this] {
      return all_heralds(&Herald::done) &&
             std::all_of(members_.begin(), members_.end(), [](const auto& m) { return m->done(); });
    });
    next_tend_ = {};
    if (!settled) tend(Clock::now(), Clock::now());
  }

  /// Each node's counts must be true, once Redis has answered everything.
  void audit_nodes() {
    outcome_.outages = outages_->count();
    if (!outages_->calm()) {
      return findings_.add(Wrong::missing, "Redis was back, but a node did not connect to it");
    }
    for (const auto& feed : feeds_) feed->audit(findings_);
    // Once Redis has answered everything, and the last channels have terminated.
    wait(load_.patience, [this] {
      outcome_.books = cluster_->books();
      outcome_.truths = truths_of(feeds_, observers_);
      return vandals_.empty() && complete(outcome_.books, outcome_.truths);
    });
    audit(outcome_.books, outcome_.truths, outages_->unsure(), findings_);
    for (const Books& books : outcome_.books) {
      if ((books.channels > 0) == load_.channel_per_topic) continue;
      findings_.add(Wrong::miscounted,
                    fmt::format("a node has {} Redis channels of topics", books.channels));
    }
  }

  /// All clients disconnect, and the server must have the descriptors that it began with.
  void leave() {
    for (const auto& member : members_) member->go(Goodbye::clean);
    for (const auto& herald : heralds_) herald->go();
    for (const auto& observer : observers_) observer->go();
    const bool left = wait(load_.patience, [this] {
      return std::all_of(members_.begin(), members_.end(), [](const auto& m) { return m->gone(); });
    });
    if (!left && !outcome_.server_ended) {
      findings_.add(Wrong::missing, "members closed their connections, but the server did not");
    }
    if (!outcome_.descriptors_before) return;
    wait(settling, [this] {
      outcome_.descriptors_after = descriptors();
      return outcome_.descriptors_after <= outcome_.descriptors_before;
    });
    if (outcome_.descriptors_after > outcome_.descriptors_before) {
      findings_.add(
          Wrong::unexpected,
          fmt::format(
              "the server began with {} descriptors and holds {} after all clients have gone",
              *outcome_.descriptors_before, *outcome_.descriptors_after));
    }
  }

  /// If a server dies, its clients notice first, and their faults can end the run before the next
  /// sample. A draining server refuses new clients some time before it ends.
  void look_for_the_end() {
    if (findings_.count() > 0 && !std::all_of(nodes_.begin(), nodes_.end(), bench::accepts)) {
      wait(settling, [this] { return server_ended(); });
    }
    outcome_.server_ended = server_ended();
  }

  /// Whether one of its processes has ended or, if unknown, whether it no longer accepts
  /// connections.
  bool server_ended() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const Target& node) {
      return node.pid ? !bench::runs(*node.pid) : !bench::accepts(node);
    });
  }

  /// For all its processes, if known.
  std::optional<std::size_t> descriptors() const {
    std::size_t sum = 0;
    for (const Target& node : nodes_) {
      const auto some = node.pid ? descriptors_of(*node.pid) : std::nullopt;
      if (!some) return std::nullopt;
      sum += *some;
    }
    return sum;
  }

  bool all_heralds(bool (Herald::*what)() const) const {
    return std::all_of(heralds_.begin(), heralds_.end(), [what](const auto& herald) {
      return ((*herald).*what)() || herald->gone();
    });
  }

  bool all_observers(bool (Observer::*what)() const) const {
    return std::all_of(observers_.begin(), observers_.end(),
                       [what](const auto& observer) { return ((*observer).*what)(); });
  }

  /// Turns until `done`; false if that takes longer than `how_long`.
  bool wait(Clock::duration how_long, const std::function<bool()>& done) {
    const Instant end = Clock::now() + how_long;
    while (!done()) {
      const Instant now = Clock::now();
      if (now >= end) return false;
      turn(now + between_tends);
      tend(now, now - load_.patience);
    }
    return true;
  }

  const Load& load_;
  const std::vector<Target>& nodes_;
  Cluster* const cluster_;
  Findings& findings_;
  const OnSample& on_sample_;
  Random random_;
  Loop loop_;
  ResidentsLoop residents_{loop_};
  Tally tally_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  World world_{loop_, residents_, load_.patience, nodes_, findings_, tally_, random_, feeds_};
  std::vector<std::unique_ptr<Herald>> heralds_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::unique_ptr<Vandal>> vandals_;
  std::optional<Outages> outages_;
  Pace actions_, broadcasts_, vandalism_;
  Instant next_tend_{}, sampled_{};
  std::uint64_t counted_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome soak(const Load& load, const std::vector<Target>& nodes, Cluster* cluster,
             Findings& findings, const OnSample& on_sample) {
  return std::make_unique<Soak>(load, nodes, cluster, findings, on_sample)->run();
}

}  // namespace phx::soak
