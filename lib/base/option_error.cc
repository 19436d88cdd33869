/// What options must have.

#include "base/option_error.h"

namespace phx {

void require_option(bool sensible, const char* option, const std::string& expected,
                    const std::string& got) {
  if (!sensible) throw OptionError(option, "expected " + expected + ", got " + got);
}

void require_time(const char* option, Millis value) {
  require_option(value > Millis{0}, option, "at least 1 ms", std::to_string(value.count()));
}

void require_one(const char* option, std::size_t value) {
  require_option(value > 0, option, "at least 1", "0");
}

}  // namespace phx
