#pragma once
/// \file
/// Integers of any size, from and to their decimal digits.

#include <cstddef>
#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::etf {

/// An untrusted integer with more digits is not converted: it would take too long.
inline constexpr std::size_t max_digits = 10'000;

/// REQUIRES: `-?[0-9]+`. Takes time that grows with the square of the digits.
Term integer_of(std::string_view digits);
std::string digits_of(const BigInteger& value);
/// Whether digits_of(value) may have more than max_digits.
inline bool has_too_many_digits(const BigInteger& value) {
  return value.magnitude.size() > max_digits / 2;
}

}  // namespace phx::etf
