#pragma once
/// \file
/// Which rules a run judges, in which order, and why it skips others.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

struct Planned {
  Rule rule;
  std::optional<std::string> skipped = {};  ///< Why it will not be judged.
};
using Plan = std::vector<Planned>;

/// Whether a word of --only or --skip matches this rule: its id, its section's letter or name, or a
/// word of its sentence. A glob (`*`, `?`) that ignores case.
bool selects(const std::string& pattern, const Rule& rule);

/// The rules of `--only`, those of `--skip` marked; or a sentence that names the pattern that
/// matches no rule.
std::variant<Plan, std::string> plan_of(const std::vector<Rule>& rules, const Options& options);

/// The order of a round (from 0): as listed, or shuffled by --seed and the round's number, the
/// same on every machine.
std::vector<const Planned*> order_of(const Plan& plan, const Options& options, int round);

}  // namespace phx::conformance
