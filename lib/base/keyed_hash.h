#pragma once
/// \file
/// The hash for tables whose keys a client chooses.

#include <cstddef>
#include <string_view>

namespace phx {

/// SipHash under a key that is made up at each start. Nobody outside can find texts that collide;
/// those for std::hash are found in seconds, and make a table a list. Any thread.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept;
};

}  // namespace phx
