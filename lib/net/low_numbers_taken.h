#pragma once
/// \file
/// Keeps the numbers of other descriptors apart from that of a context's cancel pipe.

#include <array>

namespace phx::net {

/// While it lives, the lowest free descriptor numbers are taken, so a cancel pipe made during that
/// time gets a higher one; afterwards they are free again. The kernel gives out the lowest free
/// number. So what other threads open while the context is destroyed doesn't get the cancel pipe's,
/// in the moment between libwebsockets' first close() of it and CancelPipe::keep_place.
class LowNumbersTaken {
 public:
  LowNumbersTaken();
  LowNumbersTaken(const LowNumbersTaken&) = delete;
  LowNumbersTaken& operator=(const LowNumbersTaken&) = delete;
  ~LowNumbersTaken();

 private:
  std::array<int, 64> descriptors_;
};

}  // namespace phx::net
