#pragma once
/// \file
/// Keeps libwebsockets' table of descriptors as short as possible.

#include <sys/resource.h>

#include <cstddef>
#include <optional>

namespace phx::net {

/// While it lives, the process may open `more` descriptors beyond the highest one in use, and the
/// rest of its limit (RLIMIT_NOFILE) afterwards.
///
/// A context made during that time has a table of that length. libwebsockets 4.1 reads the whole
/// table each time a plain connection closes: if a million descriptors are allowed, as in many
/// containers, each close would read 8 MB. Does nothing if the limit is already lower.
class DescriptorCeiling {
 public:
  explicit DescriptorCeiling(std::size_t more);
  DescriptorCeiling(const DescriptorCeiling&) = delete;
  DescriptorCeiling& operator=(const DescriptorCeiling&) = delete;
  ~DescriptorCeiling();

 private:
  std::optional<rlimit> before_;  ///< Empty if nothing was lowered.
};

}  // namespace phx::net
