#pragma once
/// \file
/// The one clock. Code that needs the time is passed it, so that tests control it.

#include <chrono>

namespace phx {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

}  // namespace phx
