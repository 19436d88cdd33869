#pragma once
/// \file
/// TAP 13 and JUnit XML: the run for other people's machines.
///
/// CMocka hosts the cases and can write both, but it knows no warning, no skip decided while a case
/// runs, and no difference between a rule that is broken and one that could not be judged.

#include <string>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// A line a rule; skipped ones with `# SKIP`, warnings and expected failures with `# TODO`, and a
/// YAML block where there is a story. Ends by `Bail out!` if the run ended early.
std::string tap_of(const Run& run);

/// A testsuite a section; `<failure>` for what is broken, `<error>` for what could not be judged or
/// is ours, `<skipped>` with its reason; a warning passes and tells itself in `<system-out>`.
std::string junit_of(const Run& run);

}  // namespace phx::conformance
