#pragma once
/// \file
/// What start-up throws if an option's value can't be used.

#include <stdexcept>
#include <string>
#include <utility>

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

}  // namespace phx
