#pragma once
/// \file
/// Keeps libwebsockets' table of descriptors as short as it can be.

#include <sys/resource.h>

#include <cstddef>
#include <optional>

namespace phx::net {

/// While it lives, the process may open `more` descriptors beyond the highest one in use, and the
/// rest of its limit (RLIMIT_NOFILE) afterwards.
///
/// A context that is made meanwhile has a table of that length. libwebsockets 4.1 reads the whole
/// table each time a plain connection closes: where a million descriptors are allowed, as in many
/// containers, each close would read 8 MB. Does nothing where the limit is lower already.
class DescriptorCeiling {
 public:
  explicit DescriptorCeiling(std::size_t more);
  DescriptorCeiling(const DescriptorCeiling&) = delete;
  DescriptorCeiling& operator=(const DescriptorCeiling&) = delete;
  ~DescriptorCeiling();

 private:
  std::optional<rlimit> before_;  ///< Unless nothing was lowered.
};

}  // namespace phx::net
