/// Selects the rules, hosts their cases in CMocka, and sees to it that the server is still there.

#include "conformance/suite/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "conformance/suite/glob.h"
#include "conformance/suite/nearest.h"
#include "conformance/suite/report.h"
#include "conformance/suite/server_process.h"
#include "testing/host.h"

namespace phx::conformance {
namespace {

constexpr Millis start_patience{15'000};

bool any_matches(const std::vector<std::string>& patterns, const std::string& id) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&id](const std::string& pattern) { return glob_matches(pattern, id); });
}

/// The first pattern that stands for no rule at all: most likely a slip of the pen.
std::optional<std::string> idle_pattern(const std::vector<std::string>& patterns,
                                        const std::vector<Rule>& rules) {
  for (const auto& pattern : patterns) {
    const bool used = std::any_of(rules.begin(), rules.end(), [&pattern](const Rule& rule) {
      return glob_matches(pattern, rule.id);
    });
    if (!used) return pattern;
  }
  return std::nullopt;
}

std::optional<std::string> reason_to_skip(const Rule& rule, const Options& options) {
  if (any_matches(options.skip, rule.id)) return "--skip";
  if (options.core && rule.profile == Profile::contract) return "needs the contract's channels";
  return std::nullopt;
}

int complain(Exit status, const std::string& text) {
  fmt::print(stderr, "phx-conformance: {}\n", text);
  return status;
}

/// The rules one after the other, until the server is gone for good.
class Session {
 public:
  Session(const Options& options, Report& report) : options_(options), report_(report) {}

  void judge_next(const Rule& rule) {
    const Outcome outcome = next_outcome(rule);
    report_.add(rule, outcome);
    if (outcome.kind == Outcome::Kind::failed || outcome.kind == Outcome::Kind::confused) {
      throw testing::Failure(rule.id + ": " + outcome.summary);  // CMocka counts it
    }
  }

  /// Names the release that the server is most like, if a rule that tells them apart was judged.
  void compare_releases() {
    if (telling_.empty() || !taken_down_by_.empty()) return;
    report_.name_release(all_telling_kept_ ? options_.profile
                                           : nearest_release(telling_, options_, network_));
  }

 private:
  Outcome next_outcome(const Rule& rule) {
    if (const auto reason = reason_to_skip(rule, options_)) {
      return {Outcome::Kind::skipped, *reason};
    }
    if (!taken_down_by_.empty()) {
      return {Outcome::Kind::skipped, "the server is down since " + taken_down_by_};
    }
    Outcome outcome = judge(rule, options_, network_);
    if (outcome.differs_by_release) {
      telling_.push_back(rule);
      all_telling_kept_ = all_telling_kept_ && outcome.kind == Outcome::Kind::passed;
    }
    // After every rule, so that the one that took the server down is named and not the next.
    if (const auto wrong = what_is_wrong_with_the_server(options_, network_)) {
      taken_down_by_ = rule.id;
      outcome.kind = Outcome::Kind::failed;  // whatever its level: no rule may end the server
      outcome.report +=
          "  this rule took the server down, it does not answer any more:\n  " + *wrong;
      outcome.summary += " (the server is down)";
    }
    return outcome;
  }

  const Options& options_;
  Report& report_;
  Network network_;
  std::string taken_down_by_;
  std::vector<Rule> telling_;  // judged, and judged otherwise by other releases
  bool all_telling_kept_ = true;
};

testing::Output format_of(const Options& options) {
  if (options.tap) return testing::Output::tap;
  return options.junit.empty() ? testing::Output::text : testing::Output::junit;
}

/// CMocka hosts the cases and writes TAP or JUnit; the report is ours.
int host(const std::vector<Rule>& rules, const Options& options) {
  if (!options.junit.empty()) {
    std::filesystem::remove(options.junit);  // CMocka writes no file that is there already
    ::setenv("CMOCKA_XML_FILE", options.junit.c_str(), 1);
  }
  std::unique_ptr<Hush> hush = options.tap ? nullptr : std::make_unique<Hush>();
  Report report(Console(hush ? hush->out() : stderr), options);
  Session session(options, report);
  std::vector<testing::Case> cases;
  for (const Rule& rule : rules) {
    const auto skipped = options.tap ? reason_to_skip(rule, options) : std::nullopt;
    cases.push_back({fmt::format("{}: {}{}", rule.id, rule.sentence,
                                 skipped ? " # SKIP " + *skipped : ""),  // TAP's own mark
                     [&session, &rule] { session.judge_next(rule); }});
  }
  report.begin(rules.size());
  testing::run_group("phx-conformance", cases, format_of(options));
  session.compare_releases();
  report.end();
  return report.status();
}

int run_against_server(const std::vector<Rule>& rules, Options& options) {
  std::unique_ptr<ServerProcess> server;
  if (!options.command.empty()) {
    server = std::make_unique<ServerProcess>(options.command);
    options.url = Url{.port = server->port()};
    if (const auto why = server->wait_until_it_listens(start_patience)) {
      return complain(Exit::unreachable, fmt::format("{}: {}\n{}", options.command.front(), *why,
                                                     server->last_words()));
    }
  }
  {
    Network network;
    if (const auto wrong = what_is_wrong_with_the_server(options, network)) {
      return complain(
          Exit::unreachable,
          fmt::format(
              "connecting to {}, joining {} and sending a heartbeat did not work:\n  {}\n"
              "Is the server running there? --url, --topic, --params and --join-params tell "
              "where and how; `-- COMMAND` starts it.",
              options.url.text(), options.topic, *wrong));
    }
  }
  const int status = host(rules, options);
  if (server && server->ended()) {
    complain(Exit::broken, fmt::format("the server did not live to the end: {}\n{}",
                                       *server->ended(), server->last_words()));
    return status == Exit::passed ? Exit::broken : status;
  }
  return status;
}

}  // namespace

int run(Options options) {
  std::vector<Rule> rules = all_rules();
  for (const auto* patterns : {&options.only, &options.skip}) {
    if (const auto idle = idle_pattern(*patterns, rules)) {
      return complain(Exit::usage, fmt::format("no rule is called {}; --list shows all", *idle));
    }
  }
  std::erase_if(rules, [&options](const Rule& rule) {
    return !options.only.empty() && !any_matches(options.only, rule.id);
  });
  if (options.list) {
    for (const Rule& rule : rules) std::fputs(listed(rule).c_str(), stdout);
    return Exit::passed;
  }
  const bool nothing = std::all_of(rules.begin(), rules.end(), [&options](const Rule& rule) {
    return reason_to_skip(rule, options).has_value();
  });
  if (nothing) return complain(Exit::usage, "with these options no rule is left to judge");
  return run_against_server(rules, options);
}

}  // namespace phx::conformance
