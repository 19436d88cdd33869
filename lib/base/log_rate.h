#pragma once
/// \file
/// How many lines of one kind a log takes in a second: the rest is counted, so that no client fills
/// a disk by what it does wrong.

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

/// A kind is a line's text; its fields differ. Not for several threads at once: its Log has a lock.
class LogRate {
 public:
  /// Lines that were counted instead of being written.
  struct Rest {
    int level;
    std::string text;
    std::size_t lines;
  };

  explicit LogRate(std::size_t lines_a_second) : limit_(lines_a_second) {}

  /// Whether this line may be written; if not, it is counted.
  bool take(int level, std::string_view text, Clock::time_point now);
  /// What was counted in seconds that are over, and is not counted any more. `all` takes those that
  /// are not over, too.
  std::vector<Rest> counted(Clock::time_point now, bool all = false);
  /// When the next of these seconds is over.
  std::optional<Clock::time_point> due() const;

 private:
  /// Texts are a program's own, and so few. Where they are not, all that have no place share one.
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
