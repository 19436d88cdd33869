/// Uses the C library, in the C locale.

#include "base/number.h"

#include <locale.h>
#include <stdlib.h>

#include <string>

namespace phx {

double to_double(std::string_view number) {
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtod_l(std::string(number).c_str(), nullptr, c_locale);
}

}  // namespace phx
