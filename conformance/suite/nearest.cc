/// Tries each release.

#include "conformance/suite/nearest.h"

#include <algorithm>

namespace phx::conformance {
namespace {

/// Where a span begins: with each of the two lines, and with each change.
std::vector<Release> beginnings() {
  std::vector<Release> all{oldest_release, {1, 8, 0}};
  for (const Change& change : changes) {
    all.push_back(change.since);
    if (change.backport) all.push_back(*change.backport);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// The last release of a span that ends where another begins.
Release end_before(const Release& next) {
  return next.patch == 0 ? last_of_1_7 : Release{next.major, next.minor, next.patch - 1};
}

std::vector<Span> made_of(const std::vector<Release>& firsts) {
  std::vector<Span> all;
  for (std::size_t i = firsts.size(); i-- > 0;) {
    const bool newest = i + 1 == firsts.size();
    all.push_back({firsts[i], newest ? newest_release : end_before(firsts[i + 1])});
  }
  return all;
}

using Ids = std::vector<std::string>;

/// The rules that are broken under this span; stops at one more than `most`.
Ids broken_as(const Span& span, const std::vector<Rule>& rules, const KeptAs& kept,
              std::size_t most) {
  Ids broken;
  for (const Rule& rule : rules) {
    if (kept(rule, span.last) == false) broken.push_back(rule.id);
    if (broken.size() > most) break;
  }
  return broken;
}

/// A release newer than all known ones of its line is judged as the last of them.
std::size_t span_of(const Release& release) {
  const auto found = std::find_if(spans().begin(), spans().end(),
                                  [&release](const Span& span) { return release >= span.first; });
  return found == spans().end() ? 0 : static_cast<std::size_t>(found - spans().begin());
}

}  // namespace

const std::vector<Span>& spans() {
  static const std::vector<Span> all = made_of(beginnings());
  return all;
}

Nearest nearest_release(const std::vector<Rule>& rules, const Release& asked, const KeptAs& kept) {
  // The release asked for comes first: most servers fit it, and then the others are excluded soon.
  std::vector<Ids> broken(spans().size());
  std::size_t best = span_of(asked);
  broken[best] = broken_as(spans()[best], rules, kept, rules.size());
  const std::size_t first = best;
  for (std::size_t i = 0; i < broken.size(); ++i) {
    if (i == first) continue;
    broken[i] = broken_as(spans()[i], rules, kept, broken[best].size());
    if (broken[i].size() < broken[best].size()) best = i;
  }
  std::size_t newer = best;
  std::size_t older = best;
  while (newer > 0 && broken[newer - 1] == broken[best]) --newer;
  while (older + 1 < broken.size() && broken[older + 1] == broken[best]) ++older;
  Nearest nearest{spans()[older].first, spans()[newer].last, broken[best], {}};
  for (const Rule& rule : rules) nearest.told_by.push_back(rule.id);
  return nearest;
}

}  // namespace phx::conformance
