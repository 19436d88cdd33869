#pragma once
/// \file
/// Reads UTF-8 a character at a time, by table 3-7 of the Unicode standard.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace phx {

/// The size of the first character in bytes; 0 if it is not valid: cut short, overlong, a surrogate
/// or above U+10FFFF. REQUIRES: !text.empty().
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

inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// The bytes of the text that are whole characters, if the rest may still become one; nothing if no
/// further bytes could make the text valid UTF-8.
inline std::optional<std::size_t> utf8_prefix(std::string_view text) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    if (text.size() - at >= word) std::memcpy(&eight, text.data() + at, word);
    const bool ascii = text.size() - at >= word && (eight & 0x8080'8080'8080'8080) == 0;
    const std::size_t size = ascii ? word : utf8_sequence(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  const std::string_view left = text.substr(at);
  // The smallest second bytes after 0xF0 and 0xE0, then after any other first byte.
  for (const char* rest : {"\x80\x80\x80", "\x90\x80\x80", "\xA0\x80\x80"}) {
    if (left.empty()) return at;
    const std::size_t size = utf8_sequence(std::string(left.substr(0, 3)) + rest);
    if (size > left.size()) return at;
  }
  return {};
}

/// The code point. REQUIRES: one whole character.
inline char32_t code_point(std::string_view character) {
  constexpr std::array<unsigned char, 5> leading{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t point = static_cast<unsigned char>(character[0]) & leading.at(character.size());
  for (const char byte : character.substr(1)) point = point << 6 | (byte & 0x3F);
  return point;
}

}  // namespace phx
