/// Runs the suite against each mutant, and prints which rules caught it.

#include "conformance/proof/mutants/trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "conformance/proof/mutants/child.h"
#include "conformance/suite/core/release.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

/// Most mutants are noticed by a missing message, so a trial is short. But a busy machine answers
/// slowly: a trial that goes wrong proves nothing about the rule, and is repeated more patiently.
constexpr std::array<const char*, 3> patience{"0.4", "1", "3"};
/// The last time it has the machine for itself, as far as this program goes.
constexpr const char* last_patience = "8";

/// The rules of these lines.
std::vector<std::string> rules_of(const std::vector<std::string>& lines) {
  std::vector<std::string> rules;
  for (const std::string& line : lines) rules.push_back(line.substr(0, line.find(' ')));
  return rules;
}

void check_agreement(const Reasons& reasons, const std::vector<Mutant>& mutants) {
  for (const auto& [name, lines] : reasons) {
    if (name != "none" && rules_of(lines) != mutant_named(mutants, name).rules) {
      throw std::runtime_error(
          fmt::format("reasons.txt: expected a line for each of {} under [{}], in this order",
                      fmt::join(mutant_named(mutants, name).rules, ", "), name));
    }
  }
  for (const Mutant& mutant : mutants) {
    if (reasons.contains(mutant.name) || !mutant.release.empty()) continue;
    throw std::runtime_error(
        fmt::format("reasons.txt: expected the reasons of the mutant [{}]", mutant.name));
  }
}

/// The result of one mutant.
struct Trial {
  Ended ended;
  std::map<std::string, std::string> verdicts;         ///< By rule.
  std::optional<std::pair<Release, Release>> nearest;  ///< The releases that it is most like.
  std::vector<std::string> told_by;                    ///< The rules that tell releases apart.
};

std::optional<std::pair<Release, Release>> nearest_in(const std::string& report) {
  const auto json = parse_json(report);
  if (!json) return std::nullopt;
  const auto first = parse_release((*json)["nearest"]["first"].text());
  const auto last = parse_release((*json)["nearest"]["last"].text());
  if (!first || !last) return std::nullopt;
  return std::pair{*first, *last};
}

std::vector<std::string> told_by_in(const std::string& report) {
  std::vector<std::string> rules;
  const auto json = parse_json(report);
  if (!json) return rules;
  const Json told_by = (*json)["nearest"]["told_by"];
  for (std::size_t i = 0; i < json_array_size(told_by.get()); ++i) {
    rules.push_back(told_by[i].text());
  }
  return rules;
}

/// Whether the suite named the release that the mutant imitates.
bool known_for_what_it_is(const Mutant& mutant, const Trial& trial) {
  if (mutant.release.empty()) return true;
  const auto release = parse_release(mutant.release);
  return release && trial.nearest && trial.nearest->first <= *release &&
         *release <= trial.nearest->second;
}

std::map<std::string, std::string> verdicts_in(const std::string& report) {
  std::map<std::string, std::string> verdicts;
  const auto json = parse_json(report);
  if (!json) return verdicts;
  const Json rules = (*json)["rules"];
  for (std::size_t i = 0; i < json_array_size(rules.get()); ++i) {
    verdicts[rules[i]["id"].text()] = rules[i]["verdict"].text();
  }
  return verdicts;
}

bool is_of_nodes(const std::string& rule) { return rule.starts_with("M-"); }
bool of_nodes(const Mutant& mutant) {
  return std::any_of(mutant.rules.begin(), mutant.rules.end(), is_of_nodes);
}

bool is_good(const Mutant& mutant) { return mutant.name == "none"; }

/// Few rules tell one release from another, and the others can't fail because of it. The oldest
/// release changes the most, and an imitation of today's is another HTTP server: these two kinds
/// are judged by all rules.
bool few_rules_tell(const Mutant& mutant) {
  const auto release = parse_release(mutant.release);
  return release && *release != oldest_release && *release != newest_release;
}

/// Several threads take mutants from one list, and each prints its results.
class TrialRun {
 public:
  TrialRun(const Trials& trials, const std::vector<Mutant>& mutants, const Reasons& reasons)
      : trials_(trials), reasons_(reasons) {
    for (const Mutant& mutant : mutants) {
      if (!wanted(mutant.name)) continue;
      if (of_nodes(mutant) && trials.redis.empty()) {
        fmt::print("- {:<34} left out: it is several nodes, and needs --redis\n", mutant.name);
      } else {
        mutants_.push_back(&mutant);
      }
    }
    // The good server's run names the rules that the last ones wait for.
    std::stable_sort(mutants_.begin(), mutants_.end(), [](const Mutant* one, const Mutant* other) {
      return turn_of(*one) < turn_of(*other);
    });
    if (mutants_.empty() || !is_good(*mutants_.front())) telling_.set_value({});
  }

  void all() {
    std::vector<std::thread> threads;
    // A trial mostly waits for missing messages, so two share a core.
    const unsigned at_a_time = 2 * std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < at_a_time; ++i) threads.emplace_back([this] { take_turns(); });
    for (std::thread& thread : threads) thread.join();
    for (const Mutant* mutant : doubtful_) {
      account_for(*mutant, put_to_trial(*mutant, last_patience), patience.size() + 1);
    }
  }

  /// The number of mutants that were not caught as expected, and of rules that never caught one.
  int summary() const {
    std::vector<std::string> never;
    for (const std::string& rule : rules_) {
      if (!caught_.contains(rule)) never.push_back(rule);
    }
    std::size_t times = 0;
    for (const auto& [rule, by] : caught_) times += by.size();
    fmt::print("\n{} mutants, {} rules caught {} times\n", mutants_.size(), caught_.size(), times);
    if (trials_.only.empty() && !never.empty()) {
      fmt::print("No mutant shows that these rules can fail: {}\n", fmt::join(never, ", "));
      return 1;
    }
    if (wrong_ > 0) fmt::print("{} mutants were not caught as they should be\n", wrong_);
    return wrong_ > 0 ? 1 : 0;
  }

  void table() const {
    fmt::print("\n");
    for (const auto& [rule, by] : caught_) fmt::print("{}  {}\n", rule, fmt::join(by, ", "));
  }

 private:
  bool wanted(const std::string& name) const {
    return trials_.only.empty() ||
           std::find(trials_.only.begin(), trials_.only.end(), name) != trials_.only.end();
  }

  void take_turns() {
    for (std::size_t i = next_++; i < mutants_.size(); i = next_++) {
      const Mutant& mutant = *mutants_[i];
      std::size_t tries = 0;
      Trial trial = put_to_trial(mutant, patience[tries++]);
      while (!as_it_should(mutant, trial) && tries < patience.size()) {
        trial = put_to_trial(mutant, patience[tries++]);
      }
      if (is_good(mutant)) telling_.set_value(trial.told_by);
      const std::lock_guard lock(mutex_);
      if (as_it_should(mutant, trial)) {
        account_for(mutant, trial, tries);
      } else {
        doubtful_.push_back(&mutant);
      }
    }
  }

  static int turn_of(const Mutant& mutant) {
    return is_good(mutant) ? 0 : few_rules_tell(mutant) ? 2 : 1;
  }

  /// The rules to judge it by; none: all of them.
  std::vector<std::string> judged_by(const Mutant& mutant) const {
    return few_rules_tell(mutant) ? told_by_.get() : mutant.rules;
  }

  Trial put_to_trial(const Mutant& mutant, const char* timeout_scale) const {
    UnnamedFile known, report;
    // The good server's own departures are those of its imitations, too.
    const std::string& name = mutant.release.empty() ? mutant.name : "none";
    known.write(fmt::format("{}\n", fmt::join(reasons_.at(name), "\n")));
    std::vector<std::string> line{trials_.suite, "--strict", "--known-failing",
                                  known.path(),  "--json",   report.path()};
    // A server that breaks no rule is judged patiently.
    if (!mutant.rules.empty()) line.insert(line.end(), {"--timeout-scale", timeout_scale});
    const auto rules = judged_by(mutant);
    if (!rules.empty()) {
      line.insert(line.end(), {"--only", fmt::format("{}", fmt::join(rules, ","))});
    }
    if (!mutant.release.empty()) line.insert(line.end(), {"--profile", mutant.release});
    if (of_nodes(mutant)) line.insert(line.end(), {"--nodes", "2"});
    line.insert(line.end(),
                {"--", trials_.mutants, "--port", "{port}", "--serve", mutant.name, "--"});
    line.insert(line.end(), trials_.command.begin(), trials_.command.end());
    if (of_nodes(mutant)) {  // a cluster of its own
      line.insert(line.end(), {"--redis", trials_.redis, "--pubsub", "Mutants." + mutant.name,
                               "--broadcast-period", "100ms"});
    }
    Ended ended = run_to_its_end(line);
    return {std::move(ended), verdicts_in(report.read()), nearest_in(report.read()),
            told_by_in(report.read())};
  }

  static bool caught(const Trial& trial, const std::string& rule) {
    const auto verdict = trial.verdicts.find(rule);
    return verdict != trial.verdicts.end() && verdict->second == "expected_failure";
  }

  static bool as_it_should(const Mutant& mutant, const Trial& trial) {
    // A mutant that bad input takes down rightly ends the run with another status than 0.
    return (!mutant.rules.empty() || trial.ended.status == 0) &&
           known_for_what_it_is(mutant, trial) &&
           std::all_of(mutant.rules.begin(), mutant.rules.end(),
                       [&](const std::string& rule) { return caught(trial, rule); });
  }

  void account_for(const Mutant& mutant, const Trial& trial, std::size_t tries) {
    const bool good = as_it_should(mutant, trial);
    for (const std::string& rule : mutant.rules) {
      if (caught(trial, rule)) caught_[rule].push_back(mutant.name);
    }
    if (is_good(mutant)) {
      for (const auto& [rule, verdict] : trial.verdicts) {
        if (!is_of_nodes(rule) || !trials_.redis.empty()) rules_.push_back(rule);
      }
    }
    fmt::print("{} {:<34} {}{}\n", good ? "✓" : "✗", mutant.name,
               !mutant.release.empty() ? "is taken for Phoenix " + mutant.release
               : mutant.rules.empty()  ? "fails no rule"
                                       : fmt::format("{}", fmt::join(mutant.rules, " ")),
               tries > 1 ? fmt::format(" (tried {} times)", tries) : "");
    if (!good) {
      ++wrong_;
      fmt::print("{}\n", trial.ended.output);
    }
    std::fflush(stdout);
  }

  const Trials& trials_;
  const Reasons& reasons_;
  std::vector<const Mutant*> mutants_;
  std::atomic<std::size_t> next_ = 0;
  std::promise<std::vector<std::string>> telling_;  // the rules that tell releases apart
  std::shared_future<std::vector<std::string>> told_by_ = telling_.get_future().share();
  std::mutex mutex_;                     // guards everything below, and standard output
  std::vector<const Mutant*> doubtful_;  // to be tried again, alone
  std::map<std::string, std::vector<std::string>> caught_;  // by rule
  std::vector<std::string> rules_;                          // all that the suite has
  int wrong_ = 0;
};

}  // namespace

Reasons read_reasons(const std::string& path, const std::vector<Mutant>& mutants) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("expected the file " + path + ": give it by --reasons");
  Reasons reasons;
  std::vector<std::string>* section = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section = &reasons[line.substr(1, line.find(']') - 1)];
    } else if (section != nullptr) {
      section->push_back(line);
    } else {
      throw std::runtime_error(
          fmt::format("{}: expected a mutant's name in brackets, got \"{}\"", path, line));
    }
  }
  check_agreement(reasons, mutants);
  return reasons;
}

int run_trials(const Trials& trials, const std::vector<Mutant>& mutants, const Reasons& reasons) {
  TrialRun run(trials, mutants, reasons);
  run.all();
  run.table();
  return run.summary();
}

}  // namespace phx::conformance
