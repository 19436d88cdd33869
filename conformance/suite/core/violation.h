#pragma once
/// \file
/// Exceptions that end a case early: the server broke the rule, or it can't be judged here.

#include <stdexcept>
#include <string>

namespace phx::conformance {

/// The server did something other than the rule requires. Both texts are ready to print.
class Violation : public std::runtime_error {
 public:
  /// `where` names the connection, as in the transcripts' headings; empty if it was none.
  Violation(std::string expected, std::string actual, std::string where = {})
      : std::runtime_error("expected " + expected + ", got " + actual),
        expected_(std::move(expected)),
        actual_(std::move(actual)),
        where_(std::move(where)) {}

  const std::string& expected() const { return expected_; }
  const std::string& actual() const { return actual_; }
  const std::string& where() const { return where_; }

 private:
  std::string expected_;
  std::string actual_;
  std::string where_;
};

/// The expected event never came.
class NothingCame : public Violation {
 public:
  using Violation::Violation;
};

/// A violation that a busy machine may have caused: the case checked after the server's obligation
/// had ended. The case is tried again.
class SeenTooLate : public Violation {
 public:
  explicit SeenTooLate(const Violation& violation) : Violation(violation) {}
};

/// A case's first step, before it reaches its rule: the suite's, towards a server, or a client's.
enum class Step { connect, join, poll, mount, dial, enter, shim };

/// The case never reached its rule.
class SetupFailed : public Violation {
 public:
  SetupFailed(Step step, const Violation& violation) : Violation(violation), step_(step) {}
  Step step() const { return step_; }

 private:
  Step step_;
};

/// The case can't be judged against this server or profile; what() says why.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace phx::conformance
