#pragma once
/// \file
/// traces/README.md as the check reads it: a table's row for each file, and whether ours agrees.

#include <map>
#include <string>

namespace phx::trace {

struct Listed {
  bool agrees = true;
  std::string where = {};  ///< It differs: `at step 6`, `after the last step`.
  std::string why = {};
};

/// By path, from the index's folder: `1.8.11/join-ok.har`. \throws BadFile for a row whose last
/// column is neither `agrees` nor `differs at step N: WHY`, or a row of a file that is not there.
std::map<std::string, Listed> read_index(const std::string& path);

}  // namespace phx::trace
