/// Encodes and decodes base64.

#include "conformance/suite/wire/base64.h"

#include <cstdint>

namespace phx::conformance {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

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

}  // namespace phx::conformance
