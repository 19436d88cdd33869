/// Plans the run, starts the server, hosts the cases in CMocka, and writes the reports.

#include "conformance/suite/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "conformance/suite/judged_client.h"
#include "conformance/suite/judged_server.h"
#include "conformance/suite/report/files.h"
#include "conformance/suite/report/terminal.h"
#include "conformance/suite/session.h"
#include "testing/host.h"

namespace phx::conformance {
namespace {

int complain(Exit status, const std::string& text) {
  fmt::print(stderr, "phx-conformance: {}\n", text);
  return status;
}

bool nothing_is_left(const Plan& plan) {
  return std::all_of(plan.begin(), plan.end(),
                     [](const Planned& planned) { return planned.skipped.has_value(); });
}

int print_plan(const Plan& plan, const Options& options) {
  if (options.dry_run && options.shuffle) {
    fmt::print("--seed {}, the first of {} rounds:\n", options.seed, options.repeat);
  }
  for (const Planned* planned : order_of(plan, options, 0)) {
    const bool left_out = options.dry_run && planned->skipped;
    std::string line = listed(planned->rule);
    if (left_out) line.insert(line.size() - 1, " — skipped: " + *planned->skipped);
    std::fputs(line.c_str(), stdout);
  }
  return nothing_is_left(plan) ? Exit::nothing_judged : Exit::passed;
}

/// CMocka hosts the cases, so that a signal in one fails only that case. We keep the outcomes
/// ourselves: see report/tap.h.
void host(const Plan& plan, const Options& options, Session& session) {
  std::vector<testing::Case> cases;
  for (int round = 0; round < options.repeat; ++round) {
    for (const Planned* planned : order_of(plan, options, round)) {
      cases.push_back({planned->rule.id, [&session, planned] {
                         const Outcome outcome = session.judge_next(*planned);
                         if (is_bad(outcome.verdict)) {
                           throw testing::Failure(planned->rule.id + ": " + outcome.reason);
                         }
                       }});
    }
  }
  testing::run_group("phx-conformance", cases, testing::Output::silent);
  session.end();
}

std::unique_ptr<Subject> subject_of(Options& options, Network& network) {
  if (options.side == Side::client) return std::make_unique<JudgedClient>(options);
  return std::make_unique<JudgedServer>(options, network);
}

int judge_all(const Plan& plan, const KnownFailing& known, Options options) {
  Network network(options.trust);
  const auto subject = subject_of(options, network);
  if (const auto wrong = subject->come_up()) return complain(Exit::unreachable, *wrong);
  Run run(options);
  Console console(options.reports.take_stdout() ? stderr : stdout, options.colouring);
  Terminal terminal(console, run, plan.size() * static_cast<std::size_t>(options.repeat));
  terminal.begin();
  const auto began = Clock::now();
  Session session(options, plan, known, *subject, network, run, terminal);
  host(plan, options, session);
  run.took = std::chrono::duration_cast<Millis>(Clock::now() - began);
  std::vector<std::string> ids;
  for (const Planned& planned : plan) ids.push_back(planned.rule.id);
  run.arrange(ids);
  terminal.end();
  if (const auto wrong = write_reports(run)) return complain(Exit::suite_failed, *wrong);
  return run.status();
}

}  // namespace

int run(Options options) {
  const std::vector<Rule> rules = all_rules(options.side);
  const auto planned = plan_of(rules, options);
  if (const auto* wrong = std::get_if<std::string>(&planned)) return complain(Exit::usage, *wrong);
  const Plan& plan = std::get<Plan>(planned);
  if (options.list || options.dry_run) return print_plan(plan, options);
  if (nothing_is_left(plan)) {
    return complain(Exit::nothing_judged, "these options leave no rule to run");
  }
  if (const auto wrong = unwritable(options.reports)) return complain(Exit::usage, *wrong);
  KnownFailing known;
  if (!options.known_failing.empty()) {
    auto read = read_known_failing(options.known_failing, rules);
    if (auto* wrong = std::get_if<std::string>(&read)) return complain(Exit::usage, *wrong);
    known = std::get<KnownFailing>(std::move(read));
  }
  return judge_all(plan, known, std::move(options));
}

}  // namespace phx::conformance
