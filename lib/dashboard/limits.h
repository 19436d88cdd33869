#pragma once
/// \file
/// The limits of a running program: each option with its value, how near it is, and how often it
/// was reached.

#include <string>
#include <vector>

#include "dashboard/history.h"
#include "dashboard/survey.h"
#include "json/json.h"

namespace phx::dashboard {

/// An option of the program, as its table of options has it.
struct LimitRow {
  std::string option;  ///< `max-connections`
  std::string help;
  std::string unit;  ///< `bytes`, `ms`, or empty for a number.
  std::uint64_t value = 0;
};

/// `[{"option", "help", "unit", "value", "measured", "reached"}]`, without `measured` where nothing
/// is measured, and without `reached` where nothing counts.
Json limits_as_json(const std::vector<LimitRow>& rows, const History& history,
                    const ProcessTotals& totals, std::size_t longpoll_sessions);

}  // namespace phx::dashboard
