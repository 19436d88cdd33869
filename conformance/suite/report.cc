/// Prints for people.

#include "conformance/suite/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/sentence.h"

namespace phx::conformance {
namespace {

using Kind = Outcome::Kind;

struct Sign {
  const char* mark;
  Colour colour;
};

Sign sign_of(Kind kind) {
  switch (kind) {
    case Kind::passed: return {"✓", Colour::green};
    case Kind::failed: return {"✗", Colour::red};
    case Kind::warned: return {"!", Colour::yellow};
    case Kind::skipped: return {"-", Colour::grey};
    case Kind::confused: return {"?", Colour::red};
  }
  return {"", Colour::plain};
}

}  // namespace

std::string listed(const Rule& rule) {
  return fmt::format("{}  {:<6}  {:<8}  {:<5}  {}\n", rule.id, name_of(rule.level),
                     name_of(rule.profile), sentence_number(rule.id), rule.sentence);
}

void Report::begin(std::size_t rules) {
  console_.print(fmt::format("Judging {} by {} rules, as Phoenix {} keeps them.\n\n",
                             options_.url.text(), rules, options_.profile.text()));
}

void Report::add(const Rule& rule, const Outcome& outcome) {
  entries_.push_back({rule.id, outcome.kind});
  const Sign sign = sign_of(outcome.kind);
  std::string line =
      fmt::format("{} {}  {}", console_.in(sign.colour, sign.mark), rule.id, rule.sentence);
  if (outcome.kind == Kind::skipped) line += console_.in(Colour::grey, " — " + outcome.report);
  console_.print(line + "\n");
  if (outcome.kind == Kind::skipped || outcome.kind == Kind::passed) return;
  console_.print(outcome.report + "\n");
}

std::size_t Report::count(Outcome::Kind kind) const {
  return static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [kind](const Entry& entry) { return entry.kind == kind; }));
}

std::size_t Report::count(Outcome::Kind kind, char section) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [kind, section](const Entry& entry) {
        return entry.kind == kind && entry.id.front() == section;
      }));
}

std::string Report::ids(Kind kind) const {
  std::vector<std::string> found;
  for (const Entry& entry : entries_) {
    if (entry.kind == kind) found.push_back(entry.id);
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

void Report::scorecard() {
  console_.print(fmt::format("\n   {:<22}{:>8}{:>8}{:>8}{:>9}\n", "", "passed", "failed", "warned",
                             "skipped"));
  for (const Section& section : sections()) {
    const auto of = [this, &section](Kind kind) { return count(kind, section.letter); };
    const std::size_t failed = of(Kind::failed) + of(Kind::confused);
    if (of(Kind::passed) + failed + of(Kind::warned) + of(Kind::skipped) == 0) continue;
    console_.print(fmt::format("{}  {:<22}{:>8}{:>8}{:>8}{:>9}\n", section.letter, section.name,
                               of(Kind::passed), failed, of(Kind::warned), of(Kind::skipped)));
  }
}

std::string Report::verdict() const {
  std::string verdict;
  switch (status()) {
    case Exit::passed:
      verdict = console_.in(
          Colour::green,
          fmt::format("Every {} that was judged is kept, as Phoenix {} keeps it.",
                      count(Kind::warned) > 0 ? "MUST" : "rule", options_.profile.text()));
      break;
    case Exit::broken: verdict = console_.in(Colour::red, "Broken: " + ids(Kind::failed)); break;
    case Exit::suite_failed:
      verdict = console_.in(Colour::red, "The suite itself failed in " + ids(Kind::confused));
      if (count(Kind::failed) > 0) verdict += "; broken: " + ids(Kind::failed);
      break;
    case Exit::usage:
    case Exit::unreachable: verdict = "Nothing was judged."; break;
  }
  if (nearest_) verdict += "\nOf the releases on record it is most like " + nearest_->text() + ".";
  if (count(Kind::warned) > 0) verdict += "\nNot kept, but no MUST: " + ids(Kind::warned);
  return verdict;
}

Exit Report::status() const {
  if (count(Kind::confused) > 0) return Exit::suite_failed;
  if (count(Kind::failed) > 0) return Exit::broken;
  if (count(Kind::passed) + count(Kind::warned) == 0) return Exit::usage;
  return Exit::passed;
}

void Report::end() {
  scorecard();
  console_.print(fmt::format("\n{}\n\n", verdict()));
  console_.print(fmt::format("{} passed, {} failed, {} skipped\n", count(Kind::passed),
                             count(Kind::failed) + count(Kind::confused), count(Kind::skipped)));
}

}  // namespace phx::conformance
