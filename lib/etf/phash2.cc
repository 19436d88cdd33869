/// Bob Jenkins' hash of 1996 ("lookup2"), as the emulator's make_hash2() calls it for binaries.

#include "etf/phash2.h"

namespace phx::etf {
namespace {

constexpr std::uint32_t golden_ratio = 0x9E37'79B9;      // HCONST
constexpr std::uint32_t seed_of_binaries = 0x08D1'2E65;  // HCONST_13

void mix(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c) {
  a = (a - b - c) ^ (c >> 13);
  b = (b - c - a) ^ (a << 8);
  c = (c - a - b) ^ (b >> 13);
  a = (a - b - c) ^ (c >> 12);
  b = (b - c - a) ^ (a << 16);
  c = (c - a - b) ^ (b >> 5);
  a = (a - b - c) ^ (c >> 3);
  b = (b - c - a) ^ (a << 10);
  c = (c - a - b) ^ (b >> 15);
}

/// Up to four bytes, the lowest first.
std::uint32_t word(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 4; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

std::uint32_t hash(std::string_view bytes) {
  if (bytes.empty()) return seed_of_binaries;
  std::uint32_t a = golden_ratio;
  std::uint32_t b = golden_ratio;
  std::uint32_t c = seed_of_binaries;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (; bytes.size() >= 12; bytes.remove_prefix(12)) {
    a += word(bytes);
    b += word(bytes.substr(4));
    c += word(bytes.substr(8));
    mix(a, b, c);
  }
  const auto from = [&bytes](std::size_t at) {
    return at < bytes.size() ? word(bytes.substr(at)) : 0;
  };
  a += from(0);
  b += from(4);
  c += size + (from(8) << 8);  // its lowest byte is the length's
  mix(a, b, c);
  return c;
}

}  // namespace

std::uint32_t phash2(std::string_view binary, std::uint32_t range) { return hash(binary) % range; }

std::uint32_t phash2(std::string_view binary) {
  return hash(binary) & ((std::uint32_t{1} << 27) - 1);
}

}  // namespace phx::etf
