#pragma once
/// \file
/// Checks an assumption at the place that relies on it.

#include <source_location>
#include <stdexcept>
#include <string>

namespace phx {

/// An assumption inside the program was wrong: a defect of ours, never a client's mistake.
class CheckFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws CheckFailed unless `kept`; `expected` is the sentence that should be true.
inline void check(bool kept, const char* expected,
                  std::source_location where = std::source_location::current()) {
  if (kept) return;
  throw CheckFailed(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                    ": expected that " + expected);
}

}  // namespace phx
