/// phx-simulate: plays worlds until an invariant breaks, and tells how it came to that.
///
///     phx-simulate --seconds 60
///     phx-simulate --seed 7 --keep 0,3 --har story.har

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "conformance/simulation/enumerate.h"
#include "conformance/simulation/options.h"
#include "conformance/simulation/story.h"

namespace phx::simulation {
namespace {

using RealClock = std::chrono::steady_clock;

void write(const std::string& file, const std::string& text) {
  if (file.empty()) return;
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out) throw std::runtime_error("could not write " + file);
}

/// What all worlds of a run came to.
class Tally {
 public:
  void add(const Outcome& outcome) {
    ++worlds_;
    lived_ += outcome.lived;
    steps_ += outcome.steps;
    frames_ += outcome.frames;
    faults_ += outcome.faults;
    states_.insert(outcome.states.begin(), outcome.states.end());
  }
  std::string line() const {
    const auto took = std::chrono::duration<double>(RealClock::now() - began_).count();
    return fmt::format(
        "{} worlds, {:.1f} simulated hours, {} steps, {} frames, {} states, {} faults in {:.0f} s",
        worlds_, std::chrono::duration<double, std::ratio<3600>>(lived_).count(), steps_, frames_,
        states_.size(), faults_, took);
  }

 private:
  const RealClock::time_point began_ = RealClock::now();
  std::uint64_t worlds_ = 0, steps_ = 0, frames_ = 0, faults_ = 0;
  std::set<std::string> states_;
  Millis lived_{0};
};

void list(const Played& broken) {
  fmt::print("✗ seed {}: {}: {}\n", broken.play.seed, broken.outcome.violation->invariant,
             broken.outcome.violation->what);
  std::fflush(stdout);
}

int tell_briefly(const Played& broken, const Tally& tally) {
  fmt::print("✗ {}: {}\n  seed {}, after {}\n", broken.outcome.violation->invariant,
             broken.outcome.violation->what, broken.play.seed, tally.line());
  return 1;
}

int tell(const Played& broken) {
  fmt::print("\n✗ {}: {}\n  seed {}: looking for the shortest way to it …\n",
             broken.outcome.violation->invariant, broken.outcome.violation->what, broken.play.seed);
  std::fflush(stdout);
  Play shortest = shrunk(broken.play, *broken.outcome.violation, broken.outcome.when);
  shortest.keeps_trace = true;
  fmt::print("\n{}", story_of(play(shortest)));
  return 1;
}

/// Plays worlds, several at a time, until `next` gives no more seeds or one is broken.
int run(const Options& options, const std::function<std::optional<std::uint64_t>()>& next) {
  Tally tally;
  std::size_t broken = 0;
  std::vector<std::unique_ptr<Child>> children;
  auto told = RealClock::now();
  while (true) {
    while (children.size() < options.jobs) {
      const auto seed = next();
      if (!seed) break;
      children.push_back(std::make_unique<Child>(Play{.world = options.world, .seed = *seed}));
    }
    if (children.empty()) break;
    std::vector<pollfd> waiting;
    for (const auto& child : children) waiting.push_back({child->descriptor(), POLLIN, 0});
    ::poll(waiting.data(), waiting.size(), -1);
    for (std::size_t i = children.size(); i-- > 0;) {
      if (waiting[i].revents == 0 || !children[i]->take()) continue;
      const Played played = children[i]->played();
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
      tally.add(played.outcome);
      if (!played.outcome.violation) continue;
      if (options.all) {
        ++broken;
        list(played);
        continue;
      }
      children.clear();
      return options.brief ? tell_briefly(played, tally) : tell(played);
    }
    if (RealClock::now() - told < std::chrono::seconds(10)) continue;
    told = RealClock::now();
    fmt::print("{}\n", tally.line());
    std::fflush(stdout);
  }
  if (broken > 0) {
    fmt::print("simulation: {} worlds broke an invariant, of {}\n", broken, tally.line());
    return 1;
  }
  fmt::print("simulation: every invariant held: {}\n", tally.line());
  return 0;
}

int run_one(const Options& options) {
  if (options.step != 0) {  // in this process, where the debugger is
    const Play play = play_of(options);
    World world(play.seed, scene_of(play), true);
    world.stop_at(options.step, [] { std::raise(SIGTRAP); });
    play_out(world, play);
  }
  const Played played = play(play_of(options));
  write(options.trace, played.trace);
  write(options.har, played.har);
  const bool shrinks = !played.play.kept && !played.play.order;
  if (played.outcome.violation && shrinks) return tell(played);
  fmt::print("{}", story_of(played));
  fmt::print("trace {:016x}\n", played.outcome.hash);
  return played.outcome.violation ? 1 : 0;
}

/// One scene in all its orders, in this process.
int run_scene(const Play& play, const Options& options) {
  const Enumerated seen = enumerate(play, options.orders, options.delays);
  const std::string bound =
      options.delays ? fmt::format(" with at most {} delays", *options.delays) : "";
  fmt::print("{:<14} {} orders{}{}, {} more given up as redundant, {} steps, at most {} choices\n",
             play.world, seen.orders, seen.complete ? ", which is all" : " of more", bound,
             seen.redundant, seen.steps, seen.longest);
  std::fflush(stdout);
  if (!seen.broken) return 0;
  Play broken = *seen.broken;
  broken.keeps_trace = true;
  fmt::print("\n{}", story_of(simulation::play(broken)));
  return 1;
}

int run_scenes(const Options& options) {
  if (!options.order.empty()) return run_one(options);
  const bool on_two = options.scene == "all-2";
  if (!on_two && options.scene != "all") {
    return run_scene({.world = options.scene}, options);
  }
  for (const SmallScene& small : small_scenes()) {
    const int status =
        run_scene({.world = std::string(small.name) + (on_two ? "-2" : "")}, options);
    if (status != 0) return status;
  }
  return 0;
}

int run_all(const Options& options) {
  std::uint64_t seed = options.from - 1;
  if (options.worlds > 0) {
    return run(options, [&]() -> std::optional<std::uint64_t> {
      if (seed == options.from - 1 + options.worlds) return {};
      return ++seed;
    });
  }
  seed = std::random_device{}() % 1'000'000'000;
  const auto over = RealClock::now() + std::chrono::duration<double>(options.seconds);
  return run(options, [&, over]() -> std::optional<std::uint64_t> {
    if (RealClock::now() >= over) return {};
    return ++seed;
  });
}

}  // namespace
}  // namespace phx::simulation

int main(int argc, char** argv) try {
  int status = 0;
  const auto options = phx::simulation::parse_options(argc, argv, status);
  if (!options) return status;
  if (!options->scene.empty()) return phx::simulation::run_scenes(*options);
  return options->seed ? phx::simulation::run_one(*options) : phx::simulation::run_all(*options);
} catch (const std::exception& error) {
  fmt::print(stderr, "phx-simulate: {}\n", error.what());
  return 2;
}
