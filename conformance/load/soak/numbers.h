/// \file
/// A set of numbers, kept as the ranges that they form: for millions of them with few gaps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace phx::soak {

/// A value.
class Numbers {
 public:
  /// All from `from` on, below `below`.
  void add(std::uint64_t from, std::uint64_t below);
  void add(std::uint64_t number) { add(number, number + 1); }

  std::uint64_t count() const;
  /// One more than the highest; 0 if empty.
  std::uint64_t end() const { return ranges_.empty() ? 0 : ranges_.rbegin()->second; }
  /// Those below `below` that are missing.
  Numbers gaps(std::uint64_t below) const;
  /// The lowest number in both.
  std::optional<std::uint64_t> shares(const Numbers& other) const;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // from, below; ranges do not touch
};

}  // namespace phx::soak
