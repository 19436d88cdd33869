#pragma once
/// \file
/// TAP 13 and JUnit XML: the run for other programs.
///
/// CMocka hosts the cases and can write both, but it has no warnings, no skips decided while a case
/// runs, and no difference between a broken rule and one that could not be judged.

#include <string>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// A line for each rule; skipped ones with `# SKIP`, warnings and expected failures with `# TODO`,
/// and a YAML block if there is a report. Ends with `Bail out!` if the run ended early.
std::string tap_of(const Run& run);

/// A testsuite for each section; `<failure>` for a broken rule, `<error>` for one that could not be
/// judged or a defect of ours, `<skipped>` with its reason; a warning passes and is described in
/// `<system-out>`.
std::string junit_of(const Run& run);

}  // namespace phx::conformance
