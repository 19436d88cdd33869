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

/// How many bytes the text begins with that are all plain.
///
/// Every byte of every message comes by here, so they go sixteen at a time: the compiler's vectors
/// are SSE2 or NEON where there is such a thing, and a loop where not.
inline std::size_t plain_prefix(std::string_view text) {
  using Bytes = signed char __attribute__((vector_size(16)));
  using Words = std::uint64_t __attribute__((vector_size(16)));
  constexpr bool little = std::endian::native == std::endian::little;
  const auto zero_bytes = [](std::uint64_t word) {
    return static_cast<std::size_t>(little ? std::countr_zero(word) : std::countl_zero(word)) / 8;
  };
  std::size_t at = 0;
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    Bytes bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const Bytes special = (bytes < 0x20) | (bytes == '"') | (bytes == '\\');  // as is_plain has it
    const auto words = std::bit_cast<Words>(special);
    if ((words[0] | words[1]) == 0) continue;
    return at + (words[0] != 0 ? zero_bytes(words[0]) : 8 + zero_bytes(words[1]));
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace phx::serializer
