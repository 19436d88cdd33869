#pragma once
/// \file
/// Integers of any size, from and to their decimal digits.

#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::cluster {

/// REQUIRES: `-?[0-9]+`. Takes time that grows with the square of the digits.
etf::Term integer_of(std::string_view digits);
std::string digits_of(const etf::BigInteger& value);

}  // namespace phx::cluster
