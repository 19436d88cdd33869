#pragma once
/// \file
/// The last lines of a log, kept in memory for people who look: see LogOptions::tail.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace phx {

/// Any thread. Neither copied nor moved.
class LogTail {
 public:
  struct Line {
    std::uint64_t number;  ///< Counted from 1.
    std::chrono::system_clock::time_point time;
    Level level;
    std::string text;  ///< As the log has it, without time and level.
  };
  static constexpr std::size_t max_lines = 1'000;
  static constexpr std::size_t max_line_bytes = 4'096;  ///< The rest of a longer line is cut off.

  LogTail() = default;
  LogTail(const LogTail&) = delete;
  LogTail& operator=(const LogTail&) = delete;

  void add(Level level, std::string_view text) {
    std::size_t size = std::min(text.size(), max_line_bytes);
    const auto within_a_character = [&] { return (text[size] & 0xc0) == 0x80; };
    while (size < text.size() && size > 0 && within_a_character()) --size;
    const std::lock_guard lock(mutex_);
    lines_.push_back(
        {++last_, std::chrono::system_clock::now(), level, std::string(text.substr(0, size))});
    if (lines_.size() > max_lines) lines_.pop_front();
  }
  /// The newest lines after this number with at least this level and this text, `most` of them,
  /// oldest first.
  std::vector<Line> after(std::uint64_t number, Level least, std::string_view text,
                          std::size_t most) const {
    const std::lock_guard lock(mutex_);
    std::deque<Line> found;
    for (auto line = lines_.rbegin(); line != lines_.rend() && found.size() < most; ++line) {
      if (line->number <= number) break;
      if (line->level < least || line->text.find(text) == std::string::npos) continue;
      found.push_front(*line);
    }
    return {found.begin(), found.end()};
  }
  /// The number of the newest line.
  std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::uint64_t last_ = 0;
};

}  // namespace phx
