#pragma once
/// \file
/// What a run prints: a line a rule, the story of each failure, the scorecard, the verdict.

#include <map>
#include <string>
#include <vector>

#include "conformance/suite/console.h"
#include "conformance/suite/judge.h"

namespace phx::conformance {

class Report {
 public:
  Report(Console console, const Options& options) : console_(console), options_(options) {}

  void begin(std::size_t rules);
  void add(const Rule& rule, const Outcome& outcome);
  /// The release that the server is most like.
  void name_release(const Release& release) { nearest_ = release; }
  /// The scorecard, the verdict, and the plain line of counts that scripts read.
  void end();

  std::size_t count(Outcome::Kind kind) const;
  /// What the whole run comes to.
  Exit status() const;

 private:
  struct Entry {
    std::string id;
    Outcome::Kind kind;
  };
  std::size_t count(Outcome::Kind kind, char section) const;
  std::string ids(Outcome::Kind kind) const;
  std::string verdict() const;
  void scorecard();

  Console console_;
  const Options& options_;
  std::vector<Entry> entries_;
  std::optional<Release> nearest_;
};

/// `J-01  MUST    core      the sentence`, for --list.
std::string listed(const Rule& rule);

}  // namespace phx::conformance
