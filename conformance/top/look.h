#pragma once
/// \file
/// One look at a server, and the lines of text that show it.

#include <cstddef>
#include <string>
#include <vector>

#include "conformance/top/source.h"

namespace phx::top {

struct Look {
  View view = View::processes;
  Json overview;  ///< The answer of `overview`; its seconds are those since the last look.
  Json rows;      ///< The answer of `processes` or `topics`.
};

/// \throws Unreachable, Refused.
Look look(const Source& source, const Options& options, std::size_t rows);

/// The figures of the whole server: three lines.
std::vector<std::string> head_of(const Look& look);
/// The columns' names, and a line for each row, all at most `width` columns wide.
std::vector<std::string> table_of(const Look& look, std::size_t width);
/// One process, as `processes/PID` answers: what waits, and what it has handled while it was
/// watched, the newest first.
std::vector<std::string> detail_of(const Json& process);
/// The names of the columns that a view may be sorted by.
std::vector<std::string> sorted_by(View view);
/// The pid, or the topic, of each row.
std::vector<std::string> ids_of(const Look& look);

}  // namespace phx::top
