/// Tries one release after the other.

#include "conformance/suite/nearest.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace phx::conformance {
namespace {

/// One release for each way the wire was, newest first; see the table of profiles in the rules.
constexpr std::array on_record{Release{1, 8, 12}, Release{1, 8, 11}, Release{1, 8, 9},
                               Release{1, 8, 8},  Release{1, 8, 2},  Release{1, 7, 21}};

/// How badly the server fits the release: rules broken, then rules that could not even be judged.
std::pair<int, int> misfit(const std::vector<Rule>& rules, Options options, const Release& release,
                           Network& network) {
  options.profile = release;
  std::pair<int, int> count{0, 0};
  for (const Rule& rule : rules) {
    const auto kind = judge(rule, options, network).kind;
    if (kind == Outcome::Kind::skipped)
      ++count.second;
    else if (kind != Outcome::Kind::passed)
      ++count.first;
  }
  return count;
}

}  // namespace

Release nearest_release(const std::vector<Rule>& rules, const Options& options, Network& network) {
  Release best = options.profile;
  auto least = misfit(rules, options, best, network);
  for (const Release& release : on_record) {
    if (release == options.profile) continue;
    const auto other = misfit(rules, options, release, network);
    if (other < least) std::tie(best, least) = std::tie(release, other);
  }
  return best;
}

}  // namespace phx::conformance
