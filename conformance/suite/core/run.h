#pragma once
/// \file
/// A whole run as a value: the rules and their results. Every report is a function of it.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

/// The count of each verdict.
using Tally = std::array<int, verdicts>;

/// One rule, over all rounds.
struct Judged {
  Rule rule;
  Outcome outcome;  ///< The gravest one; `took` is the longest of all rounds.
  Tally rounds = {};

  /// Judged differently in different rounds. Skipped rounds do not count.
  bool unsteady() const;
};

/// The releases that a server is most like; the judged rules can't tell them apart.
struct Nearest {
  Release first;
  Release last;
  std::vector<std::string> departs = {};  ///< Rules that even these releases keep differently.
  std::vector<std::string> told_by = {};  ///< The rules that tell releases apart.

  std::string text() const;  ///< `1.8.3 to 1.8.7`
};

struct Run {
  explicit Run(const Options& chosen) : options(chosen) {}

  Options options;
  std::chrono::system_clock::time_point began = std::chrono::system_clock::now();
  Millis took{0};
  std::vector<Judged> judged = {};
  std::optional<Nearest> nearest = {};
  /// Incidents of the server: `the server answered before J-12 and not after it: …`.
  std::vector<std::string> incidents = {};
  std::string stopped = {};  ///< Why the run ended early; empty: it did not.

  void add(const Rule& rule, Outcome outcome);
  /// Puts the results into the plan's order, however the rounds were shuffled.
  void arrange(const std::vector<std::string>& ids);
  std::size_t count(Verdict verdict) const;
  std::size_t count(Verdict verdict, char section) const;
  std::vector<std::string> ids(Verdict verdict) const;
  std::vector<std::string> unsteady() const;
  /// Where the server differs from the nearest release: every broken rule; rules that depend on the
  /// release are judged by that one. Empty if no release was named.
  std::vector<std::string> departures() const;
  Exit status() const;
  /// The whole run in one sentence.
  std::string verdict() const;
};

/// When the run began, in milliseconds since the epoch.
long long since_epoch(const Run& run);

}  // namespace phx::conformance
