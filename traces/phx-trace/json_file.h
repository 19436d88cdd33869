#pragma once
/// \file
/// Reads a file's bytes as JSON, whatever program wrote them.
///
/// Handled silently: gzip, a byte-order mark, UTF-16. Repaired if the file is not valid JSON: a
/// half of a surrogate pair and bytes that are not UTF-8 become U+FFFD; `NaN` and `Infinity` become
/// null; comments, extra commas and text around the value are left out; a truncated file ends after
/// its last whole value.

#include <string_view>

#include "traces/phx-trace/json.h"
#include "traces/phx-trace/remarks.h"

namespace phx::trace {

/// Reports the repairs. \throws BadFile with line and column if they do not help.
Value read_json_file(std::string_view bytes, Remarks& remarks);

}  // namespace phx::trace
