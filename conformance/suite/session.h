#pragma once
/// \file
/// Judges the rules one after the other, and those that mostly wait at the same time: checks the
/// server and the rule's needs, judges it, and checks the server again.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/listener.h"
#include "conformance/suite/core/run.h"
#include "conformance/suite/core/subject.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/known_failing.h"
#include "conformance/suite/plan.h"
#include "conformance/suite/together.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

class Session {
 public:
  /// All of these must outlive the session. `options` are the subject's; the run has its own copy.
  Session(const Options& options, const Plan& plan, const KnownFailing& known, Subject& subject,
          Network& network, Run& run, Listener& listener);

  /// \return the rule's outcome in this round.
  Outcome judge_next(const Planned& planned);
  /// A rule whose judge_next never returned (a signal in the suite) is a defect of the suite.
  void account_for_the_lost();
  /// Checks a last time whether the server answers, and names its nearest release.
  void end();

 private:
  Outcome outcome_of(const Planned& planned);
  Outcome judged(const Rule& rule);
  Judgement judgement_of(const Rule& rule);
  void judge_those_that_wait();
  void look_after_the_server(const Rule& rule, Outcome& outcome);
  void blame(Step step, const Rule& rule, Outcome& outcome) const;
  bool is_broken(const std::string& id) const;
  /// Why the contract's channels that the rule needs are missing; empty if they are not.
  const std::string& missing_channel(const Rule& rule);
  void compare_releases();
  void happened(const std::string& incident);

  /// The options for a server without the contract.
  Options judging() const;
  void record(const Rule& rule, const RunningCase& running) const;

  Options const& options_;
  const Plan& plan_;
  const KnownFailing& known_;
  Subject& subject_;
  Network& network_;
  Run& run_;
  Listener& listener_;
  std::map<std::string, std::string> missing_;  // by topic, asked once a run
  JudgedTogether waited_;                       // those of a round, until their turns
  std::string stopped_;                         // why nothing is judged any more
  const Rule* in_hand_ = nullptr;
  std::vector<Rule> telling_;  // judged, and dependent on the release
};

}  // namespace phx::conformance
