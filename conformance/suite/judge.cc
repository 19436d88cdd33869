/// Holds one case, catches what ends it, and writes the report.

#include "conformance/suite/judge.h"

#include <fmt/format.h>

#include "conformance/suite/sentence.h"
#include "conformance/suite/trial.h"
#include "conformance/suite/violation.h"

namespace phx::conformance {
namespace {

Outcome::Kind kind_of_violation(const Rule& rule, const Options& options) {
  switch (rule.level) {
    case Level::must: return Outcome::Kind::failed;
    case Level::should: return options.strict ? Outcome::Kind::failed : Outcome::Kind::warned;
    case Level::may: return Outcome::Kind::warned;
  }
  return Outcome::Kind::failed;
}

std::string report_of(const Violation& violation, const Rule& rule, const Options& options,
                      const Trial& trial) {
  return fmt::format(
      "  expected  {}\n"
      "  actual    {}\n"
      "{}{}"
      "  {} · {} · docs/protocol.md {} · decided in {} · judged by Phoenix {}\n"
      "  again:    {}\n",
      shortened(violation.expected(), 600), shortened(violation.actual(), 600),
      violation.where().empty() ? "" : fmt::format("  on        {}\n", violation.where()),
      trial.transcripts(violation.where()), name_of(rule.level), name_of(rule.profile),
      sentence_number(rule.id), rule.source, options.profile.text(), options.again(rule.id));
}

}  // namespace

Outcome judge(const Rule& rule, const Options& options, Network& network) {
  const auto began = Clock::now();
  Outcome outcome;
  Trial trial(rule, options, network);
  try {
    rule.body(trial);
    trial.finish();
  } catch (const Violation& violation) {
    outcome = {kind_of_violation(rule, options), report_of(violation, rule, options, trial),
               shortened(violation.what())};
  } catch (const Skipped& skipped) {
    outcome = {Outcome::Kind::skipped, skipped.what()};
  } catch (const std::exception& error) {
    outcome = {Outcome::Kind::confused, fmt::format("  the case itself failed: {}\n{}",
                                                    error.what(), trial.transcripts(""))};
  }
  outcome.differs_by_release = trial.asked_for_release();
  outcome.took = std::chrono::duration_cast<Millis>(Clock::now() - began);
  return outcome;
}

std::optional<std::string> what_is_wrong_with_the_server(const Options& options, Network& network) {
  // Not whole frames: a server that answers, but not as a rule wants it, is there to be judged.
  const Rule sanity{"sanity", Level::must, Profile::core, "the server answers", "", [](Trial& t) {
                      Client& client = t.connect();
                      client.send(R"(["1","1","{topic}","phx_join",{join}])");
                      client.expect_mention("ok");
                      client.send(R"([null,"2","phoenix","heartbeat",{}])");
                      client.expect_mention("ok");
                    }};
  Trial trial(sanity, options, network);
  try {
    sanity.body(trial);
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    return fmt::format("{}\n{}", error.what(), trial.transcripts(""));
  }
}

}  // namespace phx::conformance
