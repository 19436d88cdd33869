#pragma once
/// \file
/// Says what the code relies on, where it relies on it.

#include <source_location>
#include <stdexcept>
#include <string>

namespace phx {

/// A promise inside the program that was not kept: a defect of ours, never of a client.
class BrokenPromise : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws BrokenPromise unless `kept`; `expected` is the sentence that should have been true.
inline void check(bool kept, const char* expected,
                  std::source_location where = std::source_location::current()) {
  if (kept) return;
  throw BrokenPromise(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                      ": expected that " + expected);
}

}  // namespace phx
