/// Runs one seed after the other.

#include "testing/seeds.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "testing/case.h"

namespace phx::testing {

void with_each_seed(std::uint64_t count, const std::function<void(std::uint64_t seed)>& test) {
  const char* chosen = std::getenv("PHX_SEED");
  const std::uint64_t first = chosen != nullptr ? std::stoull(chosen) : 1;
  const std::uint64_t last = chosen != nullptr ? first : count;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    try {
      test(seed);
    } catch (const Failure& failure) {
      throw Failure(fmt::format("with PHX_SEED={}: {}", seed, failure.what()));
    }
  }
}

}  // namespace phx::testing
