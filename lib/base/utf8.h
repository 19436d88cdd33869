#pragma once
/// \file
/// One character of UTF-8 at a time, by the table of the Unicode standard (3-7).

#include <array>
#include <cstddef>
#include <string_view>

namespace phx {

/// How many bytes the first character has; 0 where it is none: cut short, overlong, a surrogate or
/// beyond U+10FFFF. REQUIRES: !text.empty().
inline std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

/// Its number in Unicode. REQUIRES: one whole character.
inline char32_t code_point(std::string_view character) {
  constexpr std::array<unsigned char, 5> leading{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t point = static_cast<unsigned char>(character[0]) & leading.at(character.size());
  for (const char byte : character.substr(1)) point = point << 6 | (byte & 0x3F);
  return point;
}

}  // namespace phx
