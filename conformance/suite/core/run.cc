/// Adds up.

#include "conformance/suite/core/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace phx::conformance {
namespace {
std::size_t index_of(Verdict verdict) { return static_cast<std::size_t>(verdict); }

std::string listed(const std::vector<std::string>& ids) {
  constexpr std::size_t most = 12;
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, ids.size()));
  const std::vector<std::string> shown(ids.begin(), ids.begin() + count);
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     ids.size() > most ? fmt::format(" and {} more", ids.size() - most) : "");
}
}  // namespace

bool Judged::unsteady() const {
  const auto skipped = index_of(Verdict::skipped);
  int kinds = 0;
  for (std::size_t i = 0; i < rounds.size(); ++i) kinds += i != skipped && rounds[i] > 0 ? 1 : 0;
  return kinds > 1;
}

std::string Nearest::text() const {
  return first == last ? first.text() : fmt::format("{} to {}", first.text(), last.text());
}

void Run::add(const Rule& rule, Outcome outcome) {
  auto found = std::find_if(judged.begin(), judged.end(),
                            [&rule](const Judged& known) { return known.rule.id == rule.id; });
  if (found == judged.end()) {
    judged.push_back({rule, std::move(outcome), {}});
    ++judged.back().rounds[index_of(judged.back().outcome.verdict)];
    return;
  }
  ++found->rounds[index_of(outcome.verdict)];
  const Millis longest = std::max(found->outcome.took, outcome.took);
  if (outcome.verdict > found->outcome.verdict) found->outcome = std::move(outcome);
  found->outcome.took = longest;
}

void Run::arrange(const std::vector<std::string>& ids) {
  const auto place = [&ids](const Judged& one) {
    return std::find(ids.begin(), ids.end(), one.rule.id);
  };
  std::stable_sort(judged.begin(), judged.end(),
                   [&place](const Judged& a, const Judged& b) { return place(a) < place(b); });
}

std::size_t Run::count(Verdict verdict) const { return ids(verdict).size(); }

std::size_t Run::count(Verdict verdict, char section) const {
  return static_cast<std::size_t>(
      std::count_if(judged.begin(), judged.end(), [verdict, section](const Judged& one) {
        return one.outcome.verdict == verdict && one.rule.section() == section;
      }));
}

std::vector<std::string> Run::ids(Verdict verdict) const {
  std::vector<std::string> found;
  for (const Judged& one : judged) {
    if (one.outcome.verdict == verdict) found.push_back(one.rule.id);
  }
  return found;
}

std::vector<std::string> Run::unsteady() const {
  std::vector<std::string> found;
  for (const Judged& one : judged) {
    if (one.unsteady()) found.push_back(one.rule.id);
  }
  return found;
}

std::vector<std::string> Run::departures() const {
  if (!nearest) return {};
  std::vector<std::string> found;
  for (const Judged& one : judged) {
    const Verdict verdict = one.outcome.verdict;
    const auto& by_release = nearest->told_by;
    const bool telling = std::count(by_release.begin(), by_release.end(), one.rule.id) > 0;
    const bool broken = verdict == Verdict::failed || verdict == Verdict::warned ||
                        verdict == Verdict::expected_failure;
    const auto& otherwise = nearest->departs;
    const bool departs = std::count(otherwise.begin(), otherwise.end(), one.rule.id) > 0;
    if (telling ? departs : broken) found.push_back(one.rule.id);
  }
  return found;
}

long long since_epoch(const Run& run) {
  return std::chrono::duration_cast<Millis>(run.began.time_since_epoch()).count();
}

Exit Run::status() const {
  if (count(Verdict::suite_failed) > 0) return Exit::suite_failed;
  const bool broken = count(Verdict::failed) + count(Verdict::unexpected_pass) > 0;
  if (broken || !unsteady().empty() || !incidents.empty()) return Exit::broken;
  if (count(Verdict::setup_failed) + count(Verdict::dependency_failed) > 0) {
    return Exit::unreachable;
  }
  if (count(Verdict::skipped) == judged.size()) return Exit::nothing_judged;
  return Exit::passed;
}

std::string Run::verdict() const {
  const auto named = [this](Verdict verdict) { return listed(ids(verdict)); };
  switch (status()) {
    case Exit::suite_failed:
      return "The suite itself failed in " + named(Verdict::suite_failed) + ".";
    case Exit::broken:
      if (count(Verdict::failed) > 0) return "Broken: " + named(Verdict::failed) + ".";
      if (count(Verdict::unexpected_pass) > 0) {
        return "Kept, although --known-failing lists it: " + named(Verdict::unexpected_pass) + ".";
      }
      if (!unsteady().empty()) return "The outcome differed between rounds: " + listed(unsteady());
      return "The server went down during the run.";
    case Exit::unreachable: {
      auto all = ids(Verdict::setup_failed);
      for (auto& id : ids(Verdict::dependency_failed)) all.push_back(std::move(id));
      return "Could not run, because something they need is missing: " + listed(all) + ".";
    }
    case Exit::nothing_judged: return "No rule ran: all were skipped.";
    case Exit::usage: return "";
    case Exit::passed: break;
  }
  const char* kept = count(Verdict::expected_failure) > 0 ? "rule not known as failing"
                     : count(Verdict::warned) > 0         ? "MUST"
                                                          : "rule";
  if (options.side == Side::client) return fmt::format("Every {} that was judged is kept.", kept);
  return fmt::format("Every {} that was judged is kept, as Phoenix {} keeps it.", kept,
                     options.profile.text());
}

}  // namespace phx::conformance
