/// A tree of choices, of which each leaf is a process.

#include "conformance/simulation/enumerate.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace phx::simulation {
namespace {

constexpr std::size_t max_candidates = 16;
constexpr std::size_t max_choices = 4'096;

std::uint64_t hash_of(const std::string& place) {
  return place.empty() ? 0 : std::hash<std::string>{}(place);
}

/// One choice, as the process that meets it writes it down.
struct Met {
  std::size_t count;
  std::size_t chosen;
  bool is_step;  ///< Otherwise whose turn it is within a step.
  std::array<std::uint64_t, max_candidates> serials, places;
  std::array<bool, max_candidates> asleep;
};

/// Memory of both processes.
struct Shared {
  enum class End : unsigned char { crashed, held, broken, redundant, differs };
  End end;
  std::uint64_t steps;
  std::size_t size;
  std::array<Met, max_choices> met;
};

/// What has been tried at a choice.
struct Branch {
  Met met;
  std::array<bool, max_candidates> explored = {};

  bool done(std::size_t candidate) const { return explored[candidate] || met.asleep[candidate]; }
  /// Chooses the next candidate. Returns false if none is left.
  bool advance() {
    explored[met.chosen] = true;
    for (std::size_t i = 0; i < met.count; ++i) {
      if (done(i)) continue;
      met.chosen = i;
      return true;
    }
    return false;
  }
};

/// Takes the choices of `path`, then the first that is not asleep; writes them all down.
class Follower final : public Choices {
 public:
  Follower(const std::vector<Branch>& path, Shared& shared, bool lets_sleep)
      : path_(path), shared_(shared), lets_sleep_(lets_sleep) {}

  std::size_t step(const std::vector<Candidate>& candidates) override {
    Met met{.count = candidates.size(),
            .chosen = 0,
            .is_step = true,
            .serials = {},
            .places = {},
            .asleep = {}};
    if (met.count > max_candidates) end(Shared::End::differs);
    for (std::size_t i = 0; i < met.count; ++i) {
      met.serials[i] = candidates[i].serial;
      met.places[i] = hash_of(candidates[i].place);
      met.asleep[i] = sleeps(met.serials[i], met.places[i]);
    }
    return choose(met);
  }
  std::size_t turn(std::size_t count) override {
    if (count > max_candidates) end(Shared::End::differs);
    return choose(
        {.count = count, .chosen = 0, .is_step = false, .serials = {}, .places = {}, .asleep = {}});
  }

  [[noreturn]] void end(Shared::End how) {
    shared_.end = how;
    end_process();
  }

 private:
  /// A step that was explored before the last one, or slept then, and that does not meet it.
  bool sleeps(std::uint64_t serial, std::uint64_t place) const {
    if (last_ == nullptr || !lets_sleep_) return false;
    const std::uint64_t moved = last_->places[last_->chosen];
    if (place == 0 || moved == 0 || place == moved) return false;
    for (std::size_t i = 0; i < last_->count; ++i) {
      if (last_->serials[i] == serial) return explored_[i] || last_->asleep[i];
    }
    return false;
  }

  std::size_t choose(Met met) {
    const std::size_t at = shared_.size;
    if (at == max_choices) end(Shared::End::differs);
    if (at < path_.size()) {
      const Met& before = path_[at].met;
      if (before.count != met.count || before.serials != met.serials) end(Shared::End::differs);
      met.chosen = before.chosen;
    } else {
      const auto* awake = std::find(met.asleep.begin(), met.asleep.begin() + met.count, false);
      met.chosen = static_cast<std::size_t>(awake - met.asleep.begin());
      if (met.chosen == met.count) end(Shared::End::redundant);
    }
    Met& kept = shared_.met[shared_.size++] = met;
    if (met.is_step) {
      last_ = &kept;
      explored_ = at < path_.size() ? path_[at].explored : std::array<bool, max_candidates>{};
    }
    return met.chosen;
  }

  const std::vector<Branch>& path_;
  Shared& shared_;
  const bool lets_sleep_;
  const Met* last_ = nullptr;  ///< The last step.
  std::array<bool, max_candidates> explored_ = {};
};

Shared* new_shared() {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<Shared*>(memory);
}

/// Plays one order in a process of its own.
void follow(World& world, const std::vector<Branch>& path, Shared& shared, bool lets_sleep) {
  shared.end = Shared::End::crashed;
  shared.size = 0;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("expected another process, got none");
  if (child == 0) {
    Follower follower(path, shared, lets_sleep);
    world.choose_by(follower);
    const Outcome outcome = world.play();
    shared.steps = outcome.steps;
    follower.end(outcome.violation ? Shared::End::broken : Shared::End::held);
  }
  ::waitpid(child, nullptr, 0);
}

/// Whether the last choice may be another than the first.
bool has_delays_left(const std::vector<Branch>& path, std::optional<std::size_t> max_delays) {
  if (!max_delays) return true;
  const auto before = std::count_if(path.begin(), path.end() - 1,
                                    [](const Branch& branch) { return branch.met.chosen != 0; });
  return static_cast<std::size_t>(before) < *max_delays;
}

std::vector<std::size_t> order_of(const Shared& shared) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < shared.size; ++i) {
    if (shared.met[i].count > 1) order.push_back(shared.met[i].chosen);
  }
  return order;
}

}  // namespace

Enumerated enumerate(const Play& play, std::uint64_t max_orders,
                     std::optional<std::size_t> max_delays) {
  Enumerated seen;
  Shared& shared = *new_shared();
  World world(play.seed, scene_of(play), false);
  world.settle();
  std::vector<Branch> path;
  do {
    follow(world, path, shared, !max_delays);
    for (std::size_t i = path.size(); i < shared.size; ++i) path.push_back({.met = shared.met[i]});
    if (shared.end == Shared::End::differs) {
      throw std::runtime_error("a scene was not the same again, or has too many choices");
    }
    if (shared.end == Shared::End::redundant) {
      ++seen.redundant;
    } else {
      ++seen.orders;
      seen.steps += shared.steps;
      seen.longest = std::max(seen.longest, order_of(shared).size());
    }
    if (shared.end == Shared::End::broken || shared.end == Shared::End::crashed) {
      seen.broken = play;
      seen.broken->order = order_of(shared);
      break;
    }
    while (!path.empty() && !(has_delays_left(path, max_delays) && path.back().advance())) {
      path.pop_back();
    }
    seen.complete = path.empty();
  } while (!path.empty() && seen.orders < max_orders);
  ::munmap(&shared, sizeof(Shared));
  return seen;
}

}  // namespace phx::simulation
