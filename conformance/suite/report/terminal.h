#pragma once
/// \file
/// The report for people: a line for each rule, each failure's report, the scorecard, the verdict.

#include <cstddef>
#include <string>

#include "conformance/suite/core/listener.h"
#include "conformance/suite/core/run.h"
#include "conformance/suite/report/console.h"

namespace phx::conformance {

class Terminal final : public Listener {
 public:
  /// The run must outlive it. `cases`: the number of rules in all rounds.
  Terminal(Console console, const Run& run, std::size_t cases)
      : console_(console), run_(run), cases_(cases) {}

  void begin();
  void judging(const Rule& rule) override;
  void judged(const Rule& rule, const Outcome& outcome) override;
  void happened(const std::string& incident) override;
  /// The scorecard, the slowest, the verdict, and the plain line of counts that scripts read.
  void end();

 private:
  void scorecard();
  void slowest();
  void nearest();
  void counts();

  Console console_;
  const Run& run_;
  std::size_t cases_;
  std::size_t done_ = 0;
  std::size_t bad_ = 0;
  std::string last_remark_;  // many rules in a row may lack the same thing
};

/// `J-01  MUST    core      3.1    the sentence`, for --list and --dry-run.
std::string listed(const Rule& rule);

}  // namespace phx::conformance
