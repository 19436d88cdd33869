#pragma once
/// \file
/// The scanner's position in the tree that it does not build.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace phx::serializer {

/// The open brackets, one bit each; up to sixty-four need no allocation.
class Brackets {
 public:
  bool empty() const { return depth_ == 0; }
  bool in_object() const { return (last_ & 1) != 0; }
  void open(bool object) {
    if (depth_ > 0 && depth_ % bits == 0) outer_.push_back(last_);
    last_ = last_ << 1 | static_cast<std::uint64_t>(object);
    ++depth_;
  }
  void close() {
    last_ >>= 1;
    --depth_;
    if (depth_ == 0 || depth_ % bits != 0) return;
    last_ = outer_.back();
    outer_.pop_back();
  }

 private:
  static constexpr std::size_t bits = 64;
  std::uint64_t last_ = 0;  // the innermost is the lowest bit
  std::size_t depth_ = 0;
  std::vector<std::uint64_t> outer_;
};

}  // namespace phx::serializer
