#pragma once
/// \file
/// Random numbers that are the same on every machine: all that happens by chance comes from here.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace phx::simulation {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). Not
/// std::uniform_int_distribution, whose numbers differ between libraries. A value.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// An independent sequence for one use of a seed: what one part draws does not move another's.
  Random(std::uint64_t seed, std::string_view use, std::uint64_t number = 0)
      : state_(seed ^ (number * 0xD1B54A32D192ED03)) {
    for (const char letter : use) state_ = (state_ ^ static_cast<unsigned char>(letter)) * prime;
    next();
  }

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }
  /// From 0 to `count` - 1; 0 if `count` is 0.
  std::uint64_t below(std::uint64_t count) { return count == 0 ? 0 : next() % count; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  template <class Rep, class Period>
  std::chrono::duration<Rep, Period> between(std::chrono::duration<Rep, Period> least,
                                             std::chrono::duration<Rep, Period> most) {
    const auto width = static_cast<std::uint64_t>((most - least).count());
    return least + std::chrono::duration<Rep, Period>(static_cast<Rep>(below(width + 1)));
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class List>
  auto& one_of(List& list) {
    return list[below(list.size())];
  }
  void fill(void* bytes, std::size_t size) {
    auto* at = static_cast<unsigned char*>(bytes);
    for (; size > 0; --size) *at++ = static_cast<unsigned char>(next());
  }

 private:
  static constexpr std::uint64_t prime = 0x100000001B3;
  std::uint64_t state_;
};

}  // namespace phx::simulation
