#pragma once
/// \file
/// What happened in a world, line by line: hashed always, kept if someone wants to read it.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/time.h"

namespace phx::simulation {

/// Seconds and microseconds since the world began: `12.345678`.
inline std::string seconds(Clock::time_point when) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                          when.time_since_epoch() - std::chrono::hours(1'000))
                          .count();
  return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

/// Neither copied nor moved.
class Journal {
 public:
  explicit Journal(bool keeps) : keeps_(keeps) {}
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  template <class... Parts>
  void line(Clock::time_point when, fmt::format_string<Parts...> format, Parts&&... parts) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{} ", when.time_since_epoch().count());
    fmt::format_to(std::back_inserter(line_), format, std::forward<Parts>(parts)...);
    line_ += '\n';
    for (const char byte : line_) hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * prime;
    ++lines_;
    if (keeps_) text_ += line_;
  }

  /// The same for what a story tells.
  template <class... Parts>
  void tell(Clock::time_point when, fmt::format_string<Parts...> format, Parts&&... parts) {
    line(when, format, std::forward<Parts>(parts)...);
    if (!keeps_) return;
    const std::size_t text = line_.find(' ') + 1;
    tale_ += fmt::format("{:>11} ", seconds(when)) + line_.substr(text);
  }

  bool keeps() const { return keeps_; }
  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  const std::string& text() const { return text_; }
  const std::string& tale() const { return tale_; }

 private:
  static constexpr std::uint64_t prime = 0x100000001B3;  // FNV-1a, 64 bits

  const bool keeps_;
  std::uint64_t hash_ = 0xCBF29CE484222325;
  std::uint64_t lines_ = 0;
  std::string line_;
  std::string text_;
  std::string tale_;
};

}  // namespace phx::simulation
