#pragma once
/// \file
/// Numbers as text.

#include <string_view>

namespace phx {

/// The double nearest to a decimal number such as `-1.5e3`: infinite if it is too large, zero if it
/// is too small. The decimal point is a point in every locale. Any thread.
double to_double(std::string_view number);

}  // namespace phx
