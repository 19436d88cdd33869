#pragma once
/// \file
/// Which release of the framework a server is most like, told by the rules that releases keep
/// apart.

#include <functional>
#include <vector>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// Releases between which the wire did not change, as far as these rules look.
struct Span {
  Release first;
  Release last;
};
/// All of them, newest first, as the changes of release.h part them.
const std::vector<Span>& spans();

/// Whether the server keeps the rule as this release keeps it; nothing if that can't be judged.
using KeptAs = std::function<std::optional<bool>(const Rule& rule, const Release& release)>;

/// The span under which fewest of the rules are broken; of equals the one of `asked`, then the
/// newest. Equals that lie side by side are named as one. REQUIRES: rules is not empty.
Nearest nearest_release(const std::vector<Rule>& rules, const Release& asked, const KeptAs& kept);

}  // namespace phx::conformance
