#pragma once
/// \file
/// How far text may be passed over: what stands in a JSON string just as it is.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace phx::serializer {

/// ASCII, and neither a control character, a quote nor a backslash.
inline bool is_plain(char c) {
  return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';  // beyond ASCII: negative
}

/// Sixteen bytes at once, by the compiler: SSE2 or NEON where there is such a thing, else a loop.
using Block = signed char __attribute__((vector_size(16)));

/// How many bytes the block begins with that are plain.
inline std::size_t plain_bytes(Block block) {
  using Words = std::uint64_t __attribute__((vector_size(16)));
  constexpr bool little = std::endian::native == std::endian::little;
  const auto zero_bytes = [](std::uint64_t word) {
    return static_cast<std::size_t>(little ? std::countr_zero(word) : std::countl_zero(word)) / 8;
  };
  const Block special = (block < 0x20) | (block == '"') | (block == '\\');
  const auto words = std::bit_cast<Words>(special);
  if ((words[0] | words[1]) == 0) return sizeof block;
  return words[0] != 0 ? zero_bytes(words[0]) : sizeof words[0] + zero_bytes(words[1]);
}

/// How many bytes the text begins with that are plain. Every byte of every message comes by here.
inline std::size_t plain_prefix(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(Block) <= text.size(); at += sizeof(Block)) {
    Block block;
    std::memcpy(&block, text.data() + at, sizeof block);
    const std::size_t plain = plain_bytes(block);
    if (plain < sizeof block) return at + plain;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace phx::serializer
