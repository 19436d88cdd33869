#pragma once
/// \file
/// Finds how much text a JSON string may contain unescaped.

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/// Sixteen bytes at once: the compiler uses SSE2 or NEON if it can, otherwise a loop.
using Block = signed char __attribute__((vector_size(16)));

inline Block block_at(const char* text) {
  Block block;
  std::memcpy(&block, text, sizeof block);
  return block;
}

/// Non-zero where a byte is not plain. To turn over the second bit moves the quote, and no other
/// plain byte, to just above the control characters: one comparison finds them all.
inline Block special_in(Block block) {
  static_assert(('"' ^ 2) == 0x20);
  return ((block ^ 2) < 0x21) | (block == '\\');
}

/// The number of plain bytes at the start of a block, from special_in()'s result.
inline std::size_t plain_bytes(Block special) {
#ifdef __SSE2__
  const auto marks = static_cast<unsigned>(_mm_movemask_epi8(std::bit_cast<__m128i>(special)));
  return static_cast<std::size_t>(std::countr_zero(marks | 0x10000u));
#else
  using Words = std::uint64_t __attribute__((vector_size(16)));
  constexpr bool little = std::endian::native == std::endian::little;
  const auto zero_bytes = [](std::uint64_t word) {
    return static_cast<std::size_t>(little ? std::countr_zero(word) : std::countl_zero(word)) / 8;
  };
  const auto words = std::bit_cast<Words>(special);
  if ((words[0] | words[1]) == 0) return sizeof special;
  return words[0] != 0 ? zero_bytes(words[0]) : sizeof words[0] + zero_bytes(words[1]);
#endif
}

/// The number of plain bytes at the start of a long text, in whole steps of sixty-four: a step with
/// another byte in it does not count.
std::size_t plain_stretch(std::string_view text);
/// The two ways to find it: four blocks at a time, or two of twice their size with AVX2.
std::size_t plain_stretch_by_16(std::string_view text);
#ifdef __x86_64__
std::size_t plain_stretch_by_32(std::string_view text);  ///< REQUIRES: has_avx2().
#endif

/// The number of plain bytes at the start of the text. Every byte of every message passes here;
/// most strings end in their first blocks.
inline std::size_t plain_prefix(std::string_view text) {
  constexpr std::size_t short_text = 4 * sizeof(Block);
  std::size_t at = 0;
  for (; at + sizeof(Block) <= text.size(); at += sizeof(Block)) {
    const std::size_t plain = plain_bytes(special_in(block_at(text.data() + at)));
    if (plain < sizeof(Block)) return at + plain;
    if (at == short_text) at += plain_stretch(text.substr(at + sizeof(Block)));
  }
  if (at == text.size()) return at;
  if (text.size() >= sizeof(Block)) {  // the last sixteen bytes: those before `at` are plain
    const std::size_t last = text.size() - sizeof(Block);
    return last + plain_bytes(special_in(block_at(text.data() + last)));
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace phx::serializer
