#pragma once
/// \file
/// Which Phoenix release a server is most like, by the rules that depend on the release.

#include <functional>
#include <vector>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// Releases between which the wire did not change, as far as these rules check.
struct Span {
  Release first;
  Release last;
};
/// All spans, newest first, divided by the changes of release.h.
const std::vector<Span>& spans();

/// Whether the server keeps the rule as this release does; nothing if that can't be judged.
using KeptAs = std::function<std::optional<bool>(const Rule& rule, const Release& release)>;

/// The span under which the fewest rules are broken; among equals that of `asked`, then the newest.
/// Neighbouring equals are named as one. REQUIRES: rules is not empty.
Nearest nearest_release(const std::vector<Rule>& rules, const Release& asked, const KeptAs& kept);

}  // namespace phx::conformance
