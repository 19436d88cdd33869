/// Reads the script of a small scene.

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "conformance/simulation/world/scene.h"

namespace phx::simulation {
namespace {

constexpr Millis settled{5'000};
constexpr Millis between{500};  // what stands before the `|` is done one by one
/// A client joins again a second after its channel has crashed.
constexpr Millis chosen{2'500};

Deed deed_of(const std::string& word) {
  for (auto deed = Deed::come; deed <= Deed::deploy;
       deed = static_cast<Deed>(static_cast<unsigned char>(deed) + 1)) {
    if (word == name_of(deed)) return deed;
  }
  throw std::invalid_argument(fmt::format("expected something to do, such as join, got {}", word));
}

}  // namespace

Scene small_scene(std::string_view script, std::size_t shards) {
  Scene scene{.shards = shards, .settled = settled, .chosen = chosen};
  std::stringstream people{std::string(script)};
  for (std::string part; std::getline(people, part, ';');) {
    const std::size_t who = scene.people.size();
    scene.people.push_back({.address = fmt::format("10.0.0.{}", who + 1),
                            .min_delay = Micros{0},
                            .max_delay = Micros{0},
                            .piecewise = true});
    Millis at = between * static_cast<int>(who);
    scene.actions.push_back({.at = at, .who = who});
    std::stringstream words{part};
    for (std::string word; words >> word;) {
      at = word == "|" ? settled : at + (at < settled ? between : Millis{0});
      if (word != "|") scene.actions.push_back({.at = at, .deed = deed_of(word), .who = who});
    }
  }
  return scene;
}

}  // namespace phx::simulation
