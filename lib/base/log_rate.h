#pragma once
/// \file
/// Limits the lines of one kind that a log takes in a second and counts the rest, so that no client
/// fills a disk with its mistakes.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace phx {

/// A kind is a line's text, whatever its fields. Not thread-safe: its Log has a lock.
class LogRate {
 public:
  /// Lines that were counted, not written.
  struct Rest {
    int level;
    std::string text;
    std::size_t lines;
  };

  explicit LogRate(std::size_t lines_a_second) : limit_(lines_a_second) {}

  /// Whether this line may be written; otherwise it is counted.
  bool take(int level, std::string_view text, Clock::time_point now);
  /// Takes the counts of past seconds; with `all`, those of the current second too.
  std::vector<Rest> counted(Clock::time_point now, bool all = false);
  /// When the next second with a count ends.
  std::optional<Clock::time_point> due() const;

 private:
  /// Texts are the program's own, so they are few. If there are too many, the rest share one place.
  static constexpr std::size_t max_kinds = 500;
  static constexpr std::chrono::seconds window{1};
  struct Kind {
    Clock::time_point began;
    std::size_t written = 0;
    std::size_t counted = 0;
  };
  using Kinds = std::map<std::pair<int, std::string>, Kind, std::less<>>;
  Kind& kind(int level, std::string_view text, Clock::time_point now);

  const std::size_t limit_;
  Kinds kinds_;
};

}  // namespace phx
