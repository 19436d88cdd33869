#pragma once
/// \file
/// Random tests that can be repeated.

#include <cstdint>
#include <functional>

namespace phx::testing {

/// Runs `test` with the seeds from 1 to `count`, or with the one in the environment variable
/// PHX_SEED. A failure names its seed.
void with_each_seed(std::uint64_t count, const std::function<void(std::uint64_t seed)>& test);

}  // namespace phx::testing
