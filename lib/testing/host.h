#pragma once
/// \file
/// Runs cases written in C++ under CMocka, which is C and leaves a failed test by longjmp.
///
/// A case is an ordinary function that throws Failure when an expectation is not met, so
/// destructors run as they should; only the host uses CMocka, which counts, prints and writes TAP
/// or JUnit.

#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

namespace phx::testing {

/// An expectation that was not met. what() is the whole report.
class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& report,
                   std::source_location where = std::source_location::current())
      : std::runtime_error(report), where_(where) {}
  const std::source_location& where() const { return where_; }

 private:
  std::source_location where_;
};

/// One case: its name is a sentence, its body throws Failure.
struct Case {
  std::string name;
  std::function<void()> body;
};

/// How CMocka reports: for people, for machines, or not at all (the caller reports).
enum class Output { text, tap, junit, silent };

/// Runs the cases in order as one CMocka group, each under its own name.
/// \return how many failed; 0 is success. Exceptions other than Failure fail their case too.
int run_group(const std::string& name, const std::vector<Case>& cases,
              Output output = Output::text);

}  // namespace phx::testing
