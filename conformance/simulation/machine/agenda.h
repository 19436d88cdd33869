#pragma once
/// \file
/// What is going to happen in a world, and when: its only clock and its only order.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "conformance/simulation/machine/choices.h"
#include "conformance/simulation/machine/random.h"

namespace phx::simulation {

/// One thread of one simulated machine: a shard of a node, or a person's client. What happens by
/// chance on one host does not move what happens on another.
struct Host {
  Host(std::string the_name, std::uint64_t seed)
      : name(std::move(the_name)), place(name.substr(0, name.find('.'))), random(seed, name) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::string name;
  /// What the host's clock shows at that moment: a crystal that is not quite right.
  Clock::time_point shown(Clock::time_point moment) const {
    return moment + (moment - beginning) / 1'000'000 * drift;
  }
  /// The first moment at which it shows `shown`, or more.
  Clock::time_point when(Clock::time_point time) const {
    if (drift == 0 || time < beginning) return time;
    Clock::time_point moment = time - (time - beginning) / (1'000'000 + drift) * drift;
    for (auto left = time - shown(moment); left > left.zero(); left = time - shown(moment)) {
      moment += left;
    }
    return moment;
  }

  static constexpr Clock::time_point beginning{std::chrono::hours(1'000)};  ///< Of a world.
  int drift = 0;                  ///< Parts in a million that its clock runs fast.
  std::chrono::seconds ahead{0};  ///< Its calendar clock, of the true one.
  std::string place;              ///< See Candidate. A server's shards are at one place.
  Random random;  ///< The order of what is due together, and how long computing takes.
  std::function<void()> enter = [] {};  ///< Before anything runs on it.
  std::function<void()> leave = [] {};  ///< After that.
  Clock::time_point frozen_until = {};  ///< Nothing happens on it before.
};

/// Neither copied nor moved.
class Agenda {
 public:
  /// When, a number drawn for this entry, and its serial: what is due at the same time comes in an
  /// order that the seed chooses.
  using Entry = std::tuple<Clock::time_point, std::uint64_t, std::uint64_t>;
  /// Hears of each step before it is taken. `what` has static storage.
  using OnStep = std::function<void(const Host& host, const char* what)>;

  Agenda() = default;
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;

  void on_step(OnStep callback) { on_step_ = std::move(callback); }
  /// From now on, these decide which of the steps that are due together comes first; null: the
  /// seed. REQUIRES: no host is frozen.
  void choose_by(Choices* choices) { choices_ = choices; }
  Choices* choices() const { return choices_; }
  Clock::time_point now() const { return now_; }
  /// On which host something runs now, or null.
  const Host* running() const { return running_; }
  /// Something is about to run there, or no more. Returns where it ran before.
  const Host* run_on(const Host* host) { return std::exchange(running_, host); }
  std::uint64_t steps() const { return steps_; }
  /// What is still going to happen.
  std::size_t size() const { return entries_.size(); }

  /// `host` outlives the entry; `what` names it in the trace, and has static storage.
  Entry at(Clock::time_point when, Host& host, const char* what, std::function<void()> run) {
    const Entry entry{std::max(when, now_), host.random.next(), ++serial_};
    entries_.emplace(entry, Step{&host, what, std::move(run)});
    return entry;
  }
  template <class Duration>
  Entry after(Duration wait, Host& host, const char* what, std::function<void()> run) {
    return at(now_ + wait, host, what, std::move(run));
  }
  /// Cancels it if it has not happened, and forgets it.
  void cancel(std::optional<Entry>& entry) {
    if (entry && entries_.erase(*entry) == 0) frozen_.erase(*entry);
    entry.reset();
  }

  /// The host no longer stands still: what was put off happens now.
  void thaw(Host& host) {
    host.frozen_until = {};
    for (auto at = frozen_.begin(); at != frozen_.end();) {
      const auto next = std::next(at);
      if (at->second.host == &host) entries_.insert(frozen_.extract(at));
      at = next;
    }
  }

  /// The host is about to be destroyed: nothing happens on it any more.
  void forget(const Host& host) {
    const auto is_its = [&](const auto& entry) { return entry.second.host == &host; };
    std::erase_if(entries_, is_its);
    std::erase_if(frozen_, is_its);
  }

  /// Takes the next step, if one is due at `until` or before. Otherwise moves the clock there.
  bool step(Clock::time_point until) {
    if (entries_.empty() || std::get<0>(entries_.begin()->first) > until) {
      now_ = std::max(now_, until);
      return false;
    }
    auto node = entries_.extract(choices_ != nullptr ? chosen() : entries_.begin());
    Host& host = *node.mapped().host;
    now_ = std::max(now_, std::get<0>(node.key()));
    if (host.frozen_until > now_) {
      postpone(std::move(node), host.frozen_until);
      return true;
    }
    ++steps_;
    if (on_step_) on_step_(host, node.mapped().what);
    const Host* before = run_on(&host);
    host.enter();
    node.mapped().run();
    host.leave();
    run_on(before);
    return true;
  }

 private:
  struct Step {
    Host* host;
    const char* what;
    std::function<void()> run;
  };
  using Entries = std::map<Entry, Step>;

  Entries::iterator chosen() {
    const Clock::time_point when = std::get<0>(entries_.begin()->first);
    std::vector<Candidate> candidates;
    std::vector<Entries::iterator> found;
    for (auto at = entries_.begin(); at != entries_.end() && std::get<0>(at->first) == when; ++at) {
      candidates.push_back({std::get<2>(at->first), at->second.host->place});
      found.push_back(at);
    }
    return found.at(choices_->step(candidates));
  }

  /// Keeps it under its own entry, by which it may be cancelled meanwhile.
  void postpone(Entries::node_type node, Clock::time_point until) {
    Host& host = *node.mapped().host;
    const Entry entry = node.key();
    frozen_.insert(std::move(node));
    at(until, host, "thaws", [this, entry] {
      auto found = frozen_.extract(entry);
      if (found) found.mapped().run();
    });
  }

  Clock::time_point now_ = Host::beginning;
  const Host* running_ = nullptr;
  std::uint64_t steps_ = 0;
  std::uint64_t serial_ = 0;
  Entries entries_;
  Entries frozen_;  ///< Of hosts that stand still.
  OnStep on_step_;
  Choices* choices_ = nullptr;
};

}  // namespace phx::simulation
