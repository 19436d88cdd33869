#pragma once
/// \file
/// One connection's conversation, kept for the report of a failure.

#include <deque>
#include <string>
#include <string_view>

#include "conformance/suite/wire/network.h"

namespace phx::conformance {

/// Remembers the last lines of a conversation, each with its time and direction.
class Transcript {
 public:
  enum class Direction { sent, received, note };
  struct Line {
    Millis at;
    Direction direction;
    std::string text;
  };
  static constexpr std::size_t max_lines = 60;  // older ones are dropped, and counted

  explicit Transcript(Clock::time_point began) : began_(began) {}

  void add(Direction direction, std::string_view text);
  const std::deque<Line>& lines() const { return lines_; }
  std::size_t dropped() const { return dropped_; }

 private:
  Clock::time_point began_;
  std::deque<Line> lines_;
  std::size_t dropped_ = 0;
};

/// Long-poll tokens, in a query or in a JSON body, cut to their last characters.
std::string with_short_tokens(std::string text);

/// Long text shortened to fit a report; bytes that are not printable UTF-8 are escaped.
std::string shortened(std::string_view text, std::size_t most = 300);

}  // namespace phx::conformance
