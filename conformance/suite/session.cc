/// Judges rule by rule, and assigns each failure to its cause.

#include "conformance/suite/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/judge.h"
#include "conformance/suite/nearest.h"
#include "conformance/suite/report/har.h"

namespace phx::conformance {
namespace {

/// The rule that judges this step.
const char* rule_of(Step step) {
  switch (step) {
    case Step::connect: return "H-01";
    case Step::join: return "J-01";
    case Step::poll: return "P-01";
    case Step::dial: return "C-01";
    case Step::enter: return "C-04";
    case Step::mount:
    case Step::shim: return "";
  }
  return "";
}

const char* remark_on(Step step) {
  switch (step) {
    case Step::connect: return "it could not connect";
    case Step::join: return "it could not join";
    case Step::poll: return "it could not open a long-poll session";
    case Step::mount: return "the contract's mount is missing";
    case Step::dial: return "the client did not connect";
    case Step::enter: return "the client did not join";
    case Step::shim: return "the shim departs from docs/client-contract.md";
  }
  return "";
}

}  // namespace

Session::Session(const Options& options, const Plan& plan, const KnownFailing& known,
                 Subject& subject, Network& network, Run& run, Listener& listener)
    : options_(options),
      plan_(plan),
      known_(known),
      subject_(subject),
      network_(network),
      run_(run),
      listener_(listener) {}

Outcome Session::judge_next(const Planned& planned) {
  account_for_the_lost();
  in_hand_ = &planned.rule;
  listener_.judging(planned.rule);
  Outcome outcome = outcome_of(planned);
  in_hand_ = nullptr;
  run_.add(planned.rule, outcome);
  listener_.judged(planned.rule, outcome);
  if (options_.fail_fast && is_bad(outcome.verdict) && stopped_.empty()) {
    stopped_ = "--fail-fast, since " + planned.rule.id;
    run_.stopped = stopped_;
  }
  return outcome;
}

void Session::account_for_the_lost() {
  if (!in_hand_) return;
  const Rule& lost = *std::exchange(in_hand_, nullptr);
  const Outcome outcome{.verdict = Verdict::suite_failed,
                        .reason = "the suite got a signal while it ran this rule"};
  run_.add(lost, outcome);
  listener_.judged(lost, outcome);
  // State that was half changed when the signal came can't be trusted.
  run_.stopped = stopped_ = "the suite got a signal in " + lost.id;
}

Outcome Session::outcome_of(const Planned& planned) {
  if (planned.skipped) return {.verdict = Verdict::skipped, .reason = *planned.skipped};
  if (!stopped_.empty()) {
    return {.verdict = Verdict::skipped, .reason = "not run: " + stopped_};
  }
  if (const std::string& missing = missing_channel(planned.rule); !missing.empty()) {
    return {.verdict = Verdict::setup_failed, .reason = missing};
  }
  Outcome outcome = judged(planned.rule);
  look_after_the_server(planned.rule, outcome);
  return compared(std::move(outcome), planned.rule.id, known_);
}

/// Without the contract a core rule skips the checks that need it.
Options Session::judging() const {
  Options options = options_;
  const auto found = missing_.find("conformance");
  if (found != missing_.end() && !found->second.empty()) options.core = true;
  return options;
}

void Session::record(const Rule& rule, const RunningCase& running) const {
  if (!options_.reports.har.empty()) write_har(options_.reports.har, rule, running);
}

Judgement Session::judgement_of(const Rule& rule) {
  if (rule.waits && !waited_.contains(rule.id)) judge_those_that_wait();
  const auto waited = waited_.extract(rule.id);
  if (waited && waited.mapped()) return *waited.mapped();
  return judge_on_axes(rule, judging(), network_,
                       [&](const RunningCase& running) { record(rule, running); });
}

/// If the server does not survive, each is judged again alone, to find the culprit.
void Session::judge_those_that_wait() {
  std::vector<Rule> rules;
  std::string ids;
  for (const auto& [rule, skipped] : plan_) {
    if (!rule.waits || skipped || !missing_channel(rule).empty()) continue;
    rules.push_back(rule);
    ids += (ids.empty() ? "" : ", ") + rule.id;
  }
  if (rules.size() < 2) return;
  waited_ = judged_together(rules, judging(), [this](const Rule& rule, const RunningCase& running) {
    record(rule, running);
  });
  const auto wrong = subject_.is_wrong();
  if (!wrong) return;
  for (auto& [id, judgement] : waited_) judgement.reset();
  const Recovery recovery = subject_.recover();
  happened(fmt::format("the server answered before {} ran together, and not after: {}\n  {}", ids,
                       wrong->substr(0, wrong->find('\n')), recovery.story));
}

Outcome Session::judged(const Rule& rule) {
  const Judgement judgement = judgement_of(rule);
  Outcome seen = judgement.outcome;
  if (judgement.setup) blame(*judgement.setup, rule, seen);
  if (seen.differs_by_release) {
    const bool known = std::any_of(telling_.begin(), telling_.end(),
                                   [&rule](const Rule& other) { return other.id == rule.id; });
    if (!known) telling_.push_back(rule);
  }
  return seen;
}

/// What stopped a case before it reached its rule: the rule itself, a broken one, or the server.
void Session::blame(Step step, const Rule& rule, Outcome& outcome) const {
  const std::string root = rule_of(step);
  if (rule.id == root) {
    outcome.verdict = Verdict::failed;
  } else if (is_broken(root)) {
    outcome.verdict = Verdict::dependency_failed;
    outcome.remark = fmt::format("{}, and {} is broken", remark_on(step), root);
  } else {
    outcome.remark = remark_on(step);
    const bool counts = rule.level == Level::must || options_.strict;
    if (step == Step::mount && !counts) outcome.verdict = Verdict::warned;
  }
}

bool Session::is_broken(const std::string& id) const {
  return std::any_of(run_.judged.begin(), run_.judged.end(), [&id](const Judged& one) {
    const Verdict verdict = one.outcome.verdict;
    return one.rule.id == id &&
           (verdict == Verdict::failed || verdict == Verdict::expected_failure);
  });
}

const std::string& Session::missing_channel(const Rule& rule) {
  static const std::string nothing;
  if (rule.profile == Profile::core) return nothing;
  for (const char* kind : {"conformance", "presence"}) {
    if (kind == std::string_view("presence") && rule.section() != 'S' && rule.section() != 'M')
      continue;
    const auto [found, is_new] = missing_.try_emplace(kind);
    if (is_new) {
      const auto wrong = what_is_wrong(fmt::format("{}:probe", kind), "{}", options_, network_);
      if (wrong) {
        found->second = fmt::format(
            "the contract's channel {}:* is missing: {}; --core runs the rules that need none",
            kind, wrong->substr(0, wrong->find('\n')));
      }
    }
    if (!found->second.empty()) return found->second;
  }
  return nothing;
}

/// Checked after every rule, so that the rule that took the server down is named, and not the next.
void Session::look_after_the_server(const Rule& rule, Outcome& outcome) {
  const auto wrong = subject_.is_wrong();
  if (!wrong) return;
  const Recovery recovery = subject_.recover();
  outcome.verdict = Verdict::failed;  // whatever its level: no rule may end the server
  outcome.remark = "the server answered before this rule and not after it";
  if (outcome.reason.empty()) std::swap(outcome.reason, outcome.remark);
  happened(fmt::format("the server answered before {} and not after it: {}\n  {}", rule.id,
                       wrong->substr(0, wrong->find('\n')), recovery.story));
  if (!recovery.back) run_.stopped = stopped_ = "the server has been down since " + rule.id;
}

void Session::happened(const std::string& incident) {
  run_.incidents.push_back(incident);
  listener_.happened(incident);
}

void Session::end() {
  account_for_the_lost();
  if (!stopped_.empty()) return;
  if (const auto wrong = subject_.is_wrong()) {
    happened(fmt::format("the server does not answer at the end of the run: {}{}",
                         wrong->substr(0, wrong->find('\n')),
                         subject_.ended() ? "; " + *subject_.ended() : ""));
    return;
  }
  compare_releases();
}

void Session::compare_releases() {
  if (telling_.empty()) return;
  run_.nearest =
      nearest_release(telling_, options_.profile,
                      [this](const Rule& rule, const Release& release) -> std::optional<bool> {
                        Options as = options_;
                        as.profile = release;
                        as.reports.har.clear();
                        const Verdict verdict = judge(rule, as, network_).outcome.verdict;
                        if (verdict == Verdict::skipped) return std::nullopt;
                        return verdict == Verdict::passed;
                      });
}

}  // namespace phx::conformance
