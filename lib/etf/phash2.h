#pragma once
/// \file
/// `erlang:phash2/2` of a binary: it gives a topic's tracker shard, the same on every node.

#include <cstdint>
#include <string_view>

namespace phx::etf {

/// 0 to range - 1. REQUIRES: range > 0.
std::uint32_t phash2(std::string_view binary, std::uint32_t range);
/// `erlang:phash2/1`: 27 bits.
std::uint32_t phash2(std::string_view binary);

}  // namespace phx::etf
