#pragma once
/// \file
/// Keeps the numbers of a program's other descriptors apart from that of a context's cancel pipe.

#include <array>

namespace phx::net {

/// While it lives, a few of the lowest numbers for descriptors are taken, so what is opened has a
/// higher one; afterwards they are free. The kernel gives out the lowest that is free: what other
/// threads open while a context is destroyed is not given the number of its cancel pipe, in the
/// moment between libwebsockets' first close() of it and CancelPipe::keep_place.
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
