#pragma once
/// \file
/// What start-up throws if an option's value can't be used.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/time.h"

namespace phx {

/// A sentence that says what was expected, what came and what to set. A program can add the name of
/// its own flag for the option.
class OptionError : public std::runtime_error {
 public:
  /// `option` is its name in C++: `ServerOptions::port`.
  OptionError(std::string option, const std::string& sentence)
      : std::runtime_error(sentence + ": set " + option), option_(std::move(option)) {}

  const std::string& option() const { return option_; }

 private:
  std::string option_;
};

/// \throws OptionError "expected …, got …" unless the option's value is `sensible`.
void require_option(bool sensible, const char* option, const std::string& expected,
                    const std::string& got);
/// The same for a time of at least 1 ms.
void require_time(const char* option, Millis value);
/// The same for a number of at least 1.
void require_one(const char* option, std::size_t value);

}  // namespace phx
