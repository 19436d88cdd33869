/// Shrinks, and tells.

#include "conformance/simulation/story.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "json/json.h"

namespace phx::simulation {
namespace {

constexpr std::chrono::seconds max_time_to_shrink{60};  // of the real clock

bool breaks(const Play& tried, const Violation& violation) {
  const auto outcome = play(tried).outcome;
  return outcome.violation && outcome.violation->invariant == violation.invariant;
}

}  // namespace

/// Delta debugging (Zeller, Hildebrandt 2002), with pieces half as long each round.
Play shrunk(const Play& whole, const Violation& violation, std::size_t max_tries) {
  Play best = whole;
  if (!best.kept) {
    best.kept.emplace(whole_scene(whole).actions.size());
    std::iota(best.kept->begin(), best.kept->end(), std::size_t{0});
  }
  const auto over = std::chrono::steady_clock::now() + max_time_to_shrink;
  std::size_t tries = 0;
  std::size_t piece = std::max<std::size_t>(best.kept->size() / 2, 1);
  for (bool again = true; again || piece > 1; piece = std::max<std::size_t>(piece / 2, 1)) {
    again = false;
    for (std::size_t at = 0; at < best.kept->size();) {
      if (++tries > max_tries || std::chrono::steady_clock::now() > over) return best;
      Play tried = best;
      const auto from = tried.kept->begin() + static_cast<std::ptrdiff_t>(at);
      const auto size = std::min(piece, tried.kept->size() - at);
      tried.kept->erase(from, from + static_cast<std::ptrdiff_t>(size));
      if (breaks(tried, violation)) {
        best = std::move(tried);
        again = true;
      } else {
        at += piece;
      }
    }
  }
  return best;
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
