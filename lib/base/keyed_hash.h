#pragma once
/// \file
/// The hash function for tables whose keys a client chooses.

#include <cstddef>
#include <string_view>

namespace phx {

/// SipHash under a random key, chosen at each start. An attacker can't find keys that collide; for
/// std::hash that takes seconds, and collisions turn a table into a list. Any thread.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept;
};

}  // namespace phx
