/// Measures, cuts and encodes texts.

#include "traces/phx-trace/text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace phx::trace {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (begins_character(text[i])) return 0;
  }
  // RFC 3629, 3: the second byte keeps out what is overlong, surrogate or beyond U+10FFFF.
  const bool off = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) ||
                   (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90);
  return off ? 0 : size;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = character_size(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += begins_character(c) ? 1 : 0;
  return count;
}

std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string kept;
  std::size_t count = 0;
  for (const char c : text) {
    if (begins_character(c) && ++count >= most) break;
    kept += c;
  }
  return kept + "…";
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (size == 0 || first == 0x7F || (first < 0x20 && first != '\n' && first != '\r')) {
      shown += fmt::format("\\x{:02x}", first);
    } else if (first < 0x20) {
      shown += first == '\n' ? "\\n" : "\\r";
    } else {
      shown += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return shown;
}

std::string hex(std::string_view bytes, std::size_t most) {
  std::string shown;
  for (const char byte : bytes.substr(0, most)) {
    shown += fmt::format("{}{:02x}", shown.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return bytes.size() > most ? shown + " …" : shown;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string word(text.substr(0, space));
    text.remove_prefix(space == text.npos ? text.size() : space + 1);
    if (lines.empty() || columns(lines.back()) + 1 + columns(word) > most) {
      lines.push_back(cut(word, most));
    } else {
      lines.back() += " " + word;
    }
  }
  return lines;
}

std::string base64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += alphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) text += alphabet[bits << (6 - held) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

bool from_base64(std::string_view text, std::string& bytes) {
  bytes.clear();
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t digits = 0;
  while (!text.empty() && (text.back() == '=' || text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  for (char c : text) {
    if (c == '\n' || c == '\r') continue;  // RFC 2045 breaks lines
    if (c == '-' || c == '_') c = c == '-' ? '+' : '/';
    const auto digit = alphabet.find(c);
    if (digit == alphabet.npos) return false;
    ++digits;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (held += 6; held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held & 0xFF);
    }
  }
  return digits % 4 != 1;
}

}  // namespace phx::trace
