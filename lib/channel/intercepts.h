#pragma once
/// \file
/// The events that a channel intercepts, kept once for all channels that intercept the same.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared.h"

namespace phx::channel {

/// Names of events, in the size of a pointer. In Phoenix they belong to the channel's module; here
/// a channel says them at its join, and nearly all say the same. Copies may be used by any thread.
class Intercepts {
 public:
  Intercepts() = default;
  /// Shares the names with others that this thread made lately.
  explicit Intercepts(std::vector<std::string> names);

  /// False for most events that are none of them, without a look at any name.
  bool may_have(std::string_view event) const {
    return names_ && ((*names_).marks & mark(event)) != 0;
  }
  /// Valid while this or a copy lives.
  const std::vector<std::string>& names() const;

 private:
  struct Names {
    std::vector<std::string> names;
    std::uint64_t marks = 0;  ///< Of all names: an event with another mark is none of them.
  };

  /// One of 64 bits. Different names may have the same.
  static std::uint64_t mark(std::string_view name) {
    const unsigned first = name.empty() ? 0 : static_cast<unsigned char>(name.front());
    return std::uint64_t{1} << (name.size() + first) % 64;
  }

  Shared<Names> names_;  ///< None: no event is intercepted.
};

}  // namespace phx::channel
