#pragma once
/// \file
/// A whole run as a value: what was judged, what became of it. Every report is a function of it.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

/// How often each verdict came.
using Tally = std::array<int, verdicts>;

/// One rule, however many rounds there were.
struct Judged {
  Rule rule;
  Outcome outcome;  ///< The gravest one; `took` is the longest of all rounds.
  Tally rounds = {};

  /// Judged otherwise in one round than in another. Rounds that were skipped do not count.
  bool unsteady() const;
};

/// The releases that a server is most like, all of which the judged rules can't tell apart.
struct Nearest {
  Release first;
  Release last;
  std::vector<std::string> departs = {};  ///< Rules that even these releases keep otherwise.
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
  /// What happened to the server: `the server answered before J-12 and not after it: …`.
  std::vector<std::string> incidents = {};
  std::string stopped = {};  ///< Why the run ended early; empty: it did not.

  void add(const Rule& rule, Outcome outcome);
  /// Puts what was judged into the plan's order, however the rounds were shuffled.
  void arrange(const std::vector<std::string>& ids);
  std::size_t count(Verdict verdict) const;
  std::size_t count(Verdict verdict, char section) const;
  std::vector<std::string> ids(Verdict verdict) const;
  std::vector<std::string> unsteady() const;
  /// What the server does otherwise than the nearest release: every rule that is not kept, those
  /// that releases keep apart judged by that one. Empty if no release was named.
  std::vector<std::string> departures() const;
  Exit status() const;
  /// The whole run in one sentence.
  std::string verdict() const;
};

/// When the run began, in milliseconds since the epoch.
long long since_epoch(const Run& run);

}  // namespace phx::conformance
