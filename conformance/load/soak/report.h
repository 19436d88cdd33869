/// \file
/// A soak's output: a line while it runs, a summary at its end, and the report's files.
#pragma once

#include <string>

#include "conformance/load/soak/options.h"

namespace phx::soak {

/// `02:10 of 10:00   31.2 MB   8,214 messages/s   p99 1.9 ms   230 connections   nothing wrong`
std::string progress_line(const Sample& sample, const Load& load, const Findings& findings);

/// Whether all was well: no finding, the server alive, its memory flat.
bool all_well(const Outcome& outcome, const Findings& findings);

/// For a terminal.
std::string summary(const Options& options, const Outcome& outcome, const Findings& findings);

/// For programs: the options, each second's measurements, the faults.
std::string json(const Options& options, const Outcome& outcome, const Findings& findings);

/// One page with the plot; `plot` is SVG, or a sentence on why there is none.
std::string html(const Options& options, const Outcome& outcome, const Findings& findings,
                 const std::string& plot);

}  // namespace phx::soak
