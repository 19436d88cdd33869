/// Prints for people.

#include "conformance/suite/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/suite/core/sentence.h"
#include "conformance/suite/core/story.h"

namespace phx::conformance {
namespace {

struct Sign {
  const char* mark;
  Colour colour;
};

Sign sign_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return {"✓", Colour::green};
    case Verdict::failed: return {"✗", Colour::red};
    case Verdict::warned: return {"!", Colour::yellow};
    case Verdict::skipped: return {"-", Colour::grey};
    case Verdict::setup_failed: return {"S", Colour::red};
    case Verdict::dependency_failed: return {"D", Colour::red};
    case Verdict::suite_failed: return {"?", Colour::red};
    case Verdict::expected_failure: return {"x", Colour::yellow};
    case Verdict::unexpected_pass: return {"✗", Colour::red};
  }
  return {"", Colour::plain};
}

/// Verdicts that take only one line, because many rules share the reason.
bool is_told_in_one_line(Verdict verdict) {
  return verdict == Verdict::skipped || verdict == Verdict::setup_failed ||
         verdict == Verdict::dependency_failed || verdict == Verdict::expected_failure ||
         verdict == Verdict::unexpected_pass;
}

}  // namespace

std::string listed(const Rule& rule) {
  if (rule.side() == Side::client) {
    return fmt::format("{}  {:<6}  {:<17}  {}\n", rule.id, name_of(rule.level),
                       section_of(rule).name, rule.sentence);
  }
  return fmt::format("{}  {:<6}  {:<8}  {:<5}  {}\n", rule.id, name_of(rule.level),
                     name_of(rule.profile), sentence_number(rule.id), rule.sentence);
}

void Terminal::begin() {
  const Options& options = run_.options;
  const std::size_t rules = cases_ / static_cast<std::size_t>(options.repeat);
  console_.print(options.side == Side::server
                     ? fmt::format("Checking {} against {} rules, as Phoenix {} keeps them.\n",
                                   options.subject(), rules, options.profile.text())
                     : fmt::format("Checking the client {} {} against {} rules.\n",
                                   options.subject(), options.version(), rules));
  if (options.repeat > 1) console_.print(fmt::format("{} rounds.\n", options.repeat));
  if (options.shuffle) {
    console_.print(
        fmt::format("Shuffled with --seed {}: the same seed repeats the order.\n", options.seed));
  }
  console_.print("\n");
}

void Terminal::judging(const Rule& rule) {
  console_.live(fmt::format("[{}/{}{}] {}  {}", done_ + 1, cases_,
                            bad_ > 0 ? fmt::format(", {} not kept", bad_) : "", rule.id,
                            rule.sentence));
}

void Terminal::judged(const Rule& rule, const Outcome& outcome) {
  ++done_;
  if (is_bad(outcome.verdict)) ++bad_;
  const Options& options = run_.options;
  const bool good = !has_story(outcome.verdict);
  const bool quiet = (console_.is_terminal() || options.repeat > 1) && !options.verbose;
  if (good && quiet && outcome.remark.empty()) return;
  const Sign sign = sign_of(outcome.verdict);
  std::string line =
      fmt::format("{} {}  {}", console_.in(sign.colour, sign.mark), rule.id, rule.sentence);
  if (is_told_in_one_line(outcome.verdict)) {
    std::string what = in_one_line(outcome);
    if (std::exchange(last_remark_, what) == what && !what.empty()) what = "as before";
    if (outcome.verdict != Verdict::skipped) {
      what = fmt::format("{}: {}", name_of(outcome.verdict), what);
    }
    console_.print(line + console_.in(Colour::grey, " — " + what) + "\n");
    return;
  }
  if (good && !outcome.remark.empty()) {
    line += console_.in(Colour::grey, " — " + outcome.remark);
  }
  console_.print(line + "\n");
  if (!good) console_.print(story_of(rule, outcome, options) + "\n");
}

void Terminal::happened(const std::string& incident) {
  console_.print(console_.in(Colour::red, "‼ " + incident) + "\n");
}

void Terminal::scorecard() {
  console_.print(fmt::format("\n   {:<22}{:>8}{:>8}{:>9}{:>8}{:>9}\n", "", "kept", "broken",
                             "warnings", "unmet", "skipped"));
  for (const Section& section : sections(run_.options.side)) {
    const auto of = [this, &section](Verdict verdict) {
      return run_.count(verdict, section.letter);
    };
    const std::size_t kept = of(Verdict::passed) + of(Verdict::unexpected_pass);
    const std::size_t broken =
        of(Verdict::failed) + of(Verdict::suite_failed) + of(Verdict::expected_failure);
    const std::size_t unmet = of(Verdict::setup_failed) + of(Verdict::dependency_failed);
    const std::size_t warned = of(Verdict::warned);
    const std::size_t skipped = of(Verdict::skipped);
    if (kept + broken + unmet + warned + skipped == 0) continue;
    console_.print(fmt::format("{}  {:<22}{:>8}{:>8}{:>9}{:>8}{:>9}\n", section.letter,
                               section.name, kept, broken, warned, unmet, skipped));
  }
}

void Terminal::slowest() {
  if (run_.options.durations == 0) return;
  std::vector<const Judged*> order;
  for (const Judged& one : run_.judged) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(), [](const Judged* a, const Judged* b) {
    return a->outcome.took > b->outcome.took;
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(run_.options.durations)));
  console_.print(fmt::format("\nThe slowest rules, of {:.1f} s in total:\n",
                             static_cast<double>(run_.took.count()) / 1'000));
  for (const Judged* one : order) {
    console_.print(fmt::format("{:>8} ms  {}  {}\n", one->outcome.took.count(), one->rule.id,
                               one->rule.sentence));
  }
}

void Terminal::nearest() {
  if (!run_.nearest) return;
  const Nearest& nearest = *run_.nearest;
  console_.print(fmt::format("Of Phoenix's releases, the server is most like {}, to judge by {}.\n",
                             nearest.text(), fmt::join(nearest.told_by, ", ")));
  const auto departs = run_.departures();
  if (departs.empty()) return;
  console_.print(fmt::format("It differs from that release in {}.\n", fmt::join(departs, ", ")));
}

void Terminal::counts() {
  std::string line = fmt::format("{} passed, {} failed, {} skipped", run_.count(Verdict::passed),
                                 run_.count(Verdict::failed), run_.count(Verdict::skipped));
  for (const Verdict verdict :
       {Verdict::warned, Verdict::setup_failed, Verdict::dependency_failed, Verdict::suite_failed,
        Verdict::expected_failure, Verdict::unexpected_pass}) {
    if (run_.count(verdict) > 0)
      line += fmt::format(", {} × {}", run_.count(verdict), name_of(verdict));
  }
  console_.print(line + "\n");
}

void Terminal::end() {
  scorecard();
  slowest();
  const bool good = run_.status() == Exit::passed;
  console_.print("\n" + console_.in(good ? Colour::green : Colour::red, run_.verdict()) + "\n");
  if (!run_.stopped.empty()) console_.print("The run ended early: " + run_.stopped + ".\n");
  for (const std::string& incident : run_.incidents) console_.print("‼ " + incident + "\n");
  if (const auto warned = run_.ids(Verdict::warned); !warned.empty()) {
    console_.print(fmt::format("Not kept, but not a MUST: {}.\n", fmt::join(warned, ", ")));
  }
  const auto unsteady = run_.unsteady();
  for (const Judged& one : run_.judged) {
    if (!one.unsteady()) continue;
    std::string line = one.rule.id + " was";
    for (std::size_t i = 0; i < one.rounds.size(); ++i) {
      if (one.rounds[i] == 0) continue;
      line += fmt::format(" {} × {},", one.rounds[i], name_of(static_cast<Verdict>(i)));
    }
    line.back() = '.';
    console_.print(line + "\n");
  }
  nearest();
  console_.print("\n");
  counts();
}

}  // namespace phx::conformance
