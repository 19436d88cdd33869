/// Shrinks, and tells.

#include "conformance/simulation/story.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "json/json.h"

namespace phx::simulation {
namespace {

constexpr std::chrono::seconds max_time_to_shrink{120};  // of the real clock
constexpr Millis later{20'000};  // a try that has broken nothing by then is given up

/// Leaves out actions as long as the same is broken.
class Shrinking {
 public:
  Shrinking(const Play& whole, const Violation& violation, Clock::time_point when,
            std::size_t max_tries)
      : best_(whole),
        actions_(whole_scene(whole).actions),
        violation_(violation),
        max_tries_(max_tries) {
    if (when != Clock::time_point{}) best_.until = when + later;
    if (best_.kept) return;
    best_.kept.emplace(actions_.size());
    std::iota(best_.kept->begin(), best_.kept->end(), std::size_t{0});
  }

  /// What everyone does, and what of each kind is done: mostly few matter.
  void drop_kinds() {
    std::set<std::size_t> people;
    std::set<Deed> deeds;
    for (const Action& action : actions_) {
      if (action.deed < Deed::cut) people.insert(action.who);
      deeds.insert(action.deed);
    }
    for (const std::size_t who : people) {
      drop([&](const Action& action) { return action.deed < Deed::cut && action.who == who; });
    }
    for (const Deed deed : deeds) {
      drop([&](const Action& action) { return action.deed == deed; });
    }
  }

  /// Delta debugging (Zeller, Hildebrandt 2002), with pieces half as long each round.
  void drop_pieces() {
    std::size_t piece = std::max<std::size_t>(best_.kept->size() / 2, 1);
    for (bool again = true; again || piece > 1; piece = std::max<std::size_t>(piece / 2, 1)) {
      again = false;
      for (std::size_t at = 0; at < best_.kept->size();) {
        if (is_over()) return;
        std::vector<std::size_t> rest = *best_.kept;
        const auto from = rest.begin() + static_cast<std::ptrdiff_t>(at);
        const auto size = std::min(piece, rest.size() - at);
        rest.erase(from, from + static_cast<std::ptrdiff_t>(size));
        if (breaks(std::move(rest))) {
          again = true;
        } else {
          at += piece;
        }
      }
    }
  }

  Play best() const {
    Play best = best_;
    best.until.reset();
    return best;
  }

 private:
  bool is_over() const { return tries_ > max_tries_ || std::chrono::steady_clock::now() > over_; }
  template <class Which>
  void drop(const Which& which) {
    std::vector<std::size_t> rest = *best_.kept;
    std::erase_if(
        rest, [&](std::size_t index) { return index < actions_.size() && which(actions_[index]); });
    if (!is_over() && rest.size() < best_.kept->size()) breaks(std::move(rest));
  }
  /// If it does, that is the best from now on.
  bool breaks(std::vector<std::size_t> kept) {
    ++tries_;
    Play tried = best_;
    tried.kept = std::move(kept);
    const auto outcome = play(tried).outcome;
    const bool same = outcome.violation && outcome.violation->invariant == violation_.invariant;
    if (same) best_ = std::move(tried);
    return same;
  }

  Play best_;
  const std::vector<Action> actions_;
  const Violation& violation_;
  const std::size_t max_tries_;
  const std::chrono::steady_clock::time_point over_ =
      std::chrono::steady_clock::now() + max_time_to_shrink;
  std::size_t tries_ = 0;
};

}  // namespace

Play shrunk(const Play& whole, const Violation& violation, Clock::time_point when,
            std::size_t max_tries) {
  Shrinking shrinking(whole, violation, when, max_tries);
  shrinking.drop_kinds();
  shrinking.drop_pieces();
  return shrinking.best();
}

std::string command_of(const Play& play) {
  if (play.order) {
    return fmt::format("make simulate SCENE='{}' ORDER={}", play.world,
                       fmt::join(*play.order, ","));
  }
  std::string command = fmt::format("make simulate SEED={}", play.seed);
  if (play.world != worlds().front()) command += " WORLD=" + play.world;
  if (play.kept) command += fmt::format(" KEEP={}", fmt::join(*play.kept, ","));
  return command;
}

std::string story_of(const Played& played) {
  const Outcome& outcome = played.outcome;
  const Scene scene = scene_of(played.play);
  std::string text = "✓ every invariant held\n";
  if (outcome.violation) {
    text = fmt::format("✗ {}: {}\n", outcome.violation->invariant, outcome.violation->what);
  }
  for (const Invariant& invariant : invariants::all) {
    if (!outcome.violation || invariant.name != outcome.violation->invariant) continue;
    text += fmt::format("  {}\n", invariant.sentence);
  }
  text += fmt::format("  {} shards, {} actions, {} steps; at {} s\n", scene.shards,
                      scene.actions.size(), outcome.steps, seconds(outcome.when));
  text += "\n" + played.tale + "\nTo see it again: " + command_of(played.play) + "\n";
  return text;
}

std::string har_of(const std::vector<Wiretap::Passed>& frames) {
  constexpr double epoch = 1'800'000'000;
  const auto time_of = [](Clock::time_point when) {
    return epoch + std::chrono::duration<double>(when.time_since_epoch()).count();
  };
  std::map<int, Json> messages;
  std::map<int, const Wiretap::Passed*> first;
  for (const Wiretap::Passed& frame : frames) {
    first.try_emplace(frame.wire, &frame);
    messages.try_emplace(frame.wire, Json::array())
        .first->second.append(Json::object({{"type", frame.to_client ? "receive" : "send"},
                                            {"time", time_of(frame.when)},
                                            {"opcode", 1},
                                            {"data", frame.text}}));
  }
  Json entries = Json::array();
  for (const auto& [wire, list] : messages) {
    const std::time_t second = static_cast<std::time_t>(time_of(first.at(wire)->when));
    const Json nothing = Json::array();
    entries.append(Json::object(
        {{"startedDateTime", fmt::format("{:%Y-%m-%dT%H:%M:%S}.000Z", fmt::gmtime(second))},
         {"time", 0},
         {"request", Json::object({{"method", "GET"},
                                   {"url", "ws://server/socket/websocket?vsn=2.0.0"},
                                   {"httpVersion", "HTTP/1.1"},
                                   {"cookies", nothing},
                                   {"headers", nothing},
                                   {"queryString", nothing},
                                   {"headersSize", -1},
                                   {"bodySize", 0}})},
         {"response",
          Json::object({{"status", 101},
                        {"statusText", "Switching Protocols"},
                        {"httpVersion", "HTTP/1.1"},
                        {"cookies", nothing},
                        {"headers", nothing},
                        {"content", Json::object({{"size", 0}, {"mimeType", "x-unknown"}})},
                        {"redirectURL", ""},
                        {"headersSize", -1},
                        {"bodySize", 0}})},
         {"cache", Json::object({})},
         {"timings", Json::object({{"send", 0}, {"wait", 0}, {"receive", 0}})},
         {"_connection", fmt::format("{} {}", first.at(wire)->owner, wire % 1'000'000)},
         {"_resourceType", "websocket"},
         {"_webSocketMessages", list}}));
  }
  const Json log =
      Json::object({{"version", "1.2"},
                    {"creator", Json::object({{"name", "phx-simulate"}, {"version", "1"}})},
                    {"entries", entries}});
  return Json::object({{"log", log}}).dump();
}

}  // namespace phx::simulation
