/// Long multiplication and division, nine digits at a time.

#include "etf/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace phx::etf {
namespace {

constexpr std::size_t digits_at_once = 9;
constexpr std::uint32_t billion = 1'000'000'000;

}  // namespace

Term integer_of(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::vector<std::uint32_t> words;  // the lowest first
  while (!digits.empty()) {
    const std::string_view some = digits.substr(0, (digits.size() - 1) % digits_at_once + 1);
    digits.remove_prefix(some.size());
    std::uint64_t carry = 0;
    std::from_chars(some.data(), some.data() + some.size(), carry);
    for (std::uint32_t& word : words) {
      carry += std::uint64_t{word} * billion;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) words.push_back(static_cast<std::uint32_t>(carry));
  }
  std::string magnitude;
  for (const std::uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) magnitude += static_cast<char>(word >> shift & 255);
  }
  return Term::integer(negative, magnitude);
}

std::string digits_of(const BigInteger& value) {
  std::vector<std::uint32_t> words((value.magnitude.size() + 3) / 4);  // the lowest first
  for (std::size_t i = 0; i < value.magnitude.size(); ++i) {
    words[i / 4] |= std::uint32_t{static_cast<unsigned char>(value.magnitude[i])} << (8 * (i % 4));
  }
  std::string backwards;
  while (!words.empty()) {
    std::uint64_t rest = 0;
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      rest = rest << 32 | *word;
      *word = static_cast<std::uint32_t>(rest / billion);
      rest %= billion;
    }
    while (!words.empty() && words.back() == 0) words.pop_back();
    for (std::size_t i = 0; i < digits_at_once; ++i, rest /= 10) {
      backwards += static_cast<char>('0' + rest % 10);
    }
  }
  while (backwards.size() > 1 && backwards.back() == '0') backwards.pop_back();
  if (value.negative) backwards += '-';
  return {backwards.rbegin(), backwards.rend()};
}

}  // namespace phx::etf
