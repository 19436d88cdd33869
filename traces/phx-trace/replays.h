#pragma once
/// \file
/// Plays many traces, several at once, and reports.

#include <string>
#include <vector>

namespace phx::trace {

struct ReplayOptions {
  std::vector<std::string> files;
  std::string url;                   ///< Either this,
  std::vector<std::string> command;  ///< or a server to start.
  std::string index;                 ///< The index that says which traces agree; empty: all must.
  std::size_t at_once = 6;           ///< Of a server that is started: each has its own.
};

/// The exit status: 0 if all results are as expected, otherwise 1.
int replay(const ReplayOptions& options);

}  // namespace phx::trace
