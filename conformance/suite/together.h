#pragma once
/// \file
/// Judges rules that mostly wait at the same time, which takes only as long as the longest of them.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/judge.h"

namespace phx::conformance {

/// By the rule's id; nothing if it was broken. That may be another rule's fault, so the caller
/// judges it again, alone.
using JudgedTogether = std::map<std::string, std::optional<Judgement>>;

/// Each rule has a thread and a network of its own. `look` is called by all of the threads.
JudgedTogether judged_together(const std::vector<Rule>& rules, const Options& options,
                               const std::function<void(const Rule&, const RunningCase&)>& look);

}  // namespace phx::conformance
