/// Tries one release after the other.

#include "conformance/suite/nearest.h"

#include <algorithm>

namespace phx::conformance {
namespace {

/// The release just before the one where something changed.
constexpr Release before(Release change) { return {change.major, change.minor, change.patch - 1}; }

constexpr Release newest{1, 8, 12};  // the last that was recorded
constexpr Release oldest{1, 7, 0};
constexpr Release last_1_7{1, 7, 21};

bool holds(const Span& span, const Release& release) {
  // What is newer than all that was recorded is judged as the newest is.
  return release >= span.first && (release <= span.last || span.last == newest);
}

using Ids = std::vector<std::string>;

/// The rules that are broken under this span; one more than `most` is enough to be out of the race.
Ids broken_as(const Span& span, const std::vector<Rule>& rules, const KeptAs& kept,
              std::size_t most) {
  Ids broken;
  for (const Rule& rule : rules) {
    if (kept(rule, span.last) == false) broken.push_back(rule.id);
    if (broken.size() > most) break;
  }
  return broken;
}

std::size_t span_of(const Release& release) {
  const auto found = std::find_if(spans().begin(), spans().end(),
                                  [&release](const Span& span) { return holds(span, release); });
  return found == spans().end() ? 0 : static_cast<std::size_t>(found - spans().begin());
}

}  // namespace

const std::vector<Span>& spans() {
  static const std::vector<Span> all{
      {takes_null_join_refs_again, newest},
      {says_channel_crash, before(takes_null_join_refs_again)},
      {limits_topics, before(says_channel_crash)},
      {closes_with_1001, before(limits_topics)},
      {drops_stale_join_refs, before(closes_with_1001)},
      {reads_auth_tokens, before(drops_stale_join_refs)},
      {oldest, last_1_7},
  };
  return all;
}

Nearest nearest_release(const std::vector<Rule>& rules, const Release& asked, const KeptAs& kept) {
  // The release that was asked for goes first: most servers fit it, and then the others are out
  // soon.
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
