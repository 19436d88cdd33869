#pragma once
/// \file
/// The rules one after the other, but those that mostly wait at one time: is the server there, is
/// what the rule stands on there, judge it, is the server still there?

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/listener.h"
#include "conformance/suite/core/run.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/judged_server.h"
#include "conformance/suite/known_failing.h"
#include "conformance/suite/plan.h"
#include "conformance/suite/together.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

class Session {
 public:
  /// All of these must outlive the session. `options` are the server's; the run keeps its own.
  Session(const Options& options, const Plan& plan, const KnownFailing& known, JudgedServer& server,
          Network& network, Run& run, Listener& listener);

  /// \return what became of the rule in this round.
  Outcome judge_next(const Planned& planned);
  /// A rule whose judge_next never returned (a signal in the suite) is a defect of the suite.
  void account_for_the_lost();
  /// Looks a last time whether the server answers, and names the release that it is most like.
  void end();

 private:
  Outcome outcome_of(const Planned& planned);
  Outcome judged(const Rule& rule);
  Judgement judgement_of(const Rule& rule);
  void judge_those_that_wait();
  void look_after_the_server(const Rule& rule, Outcome& outcome);
  void blame(Step step, const Rule& rule, Outcome& outcome) const;
  bool is_broken(const std::string& id) const;
  /// Why the channels of the contract that the rule needs are not there; empty: they are.
  const std::string& missing_channel(const Rule& rule);
  void compare_releases();
  void happened(const std::string& incident);

  /// The options, as far as they hold for a server that turned out to have no contract.
  Options judging() const;
  void record(const Rule& rule, const Trial& trial) const;

  Options const& options_;
  const Plan& plan_;
  const KnownFailing& known_;
  JudgedServer& server_;
  Network& network_;
  Run& run_;
  Listener& listener_;
  std::map<std::string, std::string> missing_;  // by topic, asked once a run
  JudgedTogether waited_;                       // those of a round, until their turns
  std::string stopped_;                         // why nothing is judged any more
  const Rule* in_hand_ = nullptr;
  std::vector<Rule> telling_;  // judged, and judged otherwise by other releases
};

}  // namespace phx::conformance
