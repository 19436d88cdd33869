#pragma once
/// \file
/// The one clock of the house. Whatever needs the time is given it, so that tests own it.

#include <chrono>

namespace phx {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

}  // namespace phx
