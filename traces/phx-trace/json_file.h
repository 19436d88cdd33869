#pragma once
/// \file
/// From a file's bytes to JSON, whatever program wrote them.
///
/// Taken off without a word: gzip, a byte-order mark, UTF-16. Mended where the file is not JSON as
/// it stands: a half of a surrogate pair and bytes that are not UTF-8 become U+FFFD; `NaN` and
/// `Infinity` become null; comments, commas too many and text around the value are left out; a file
/// that breaks off ends after its last whole value.

#include <string_view>

#include "traces/phx-trace/json.h"
#include "traces/phx-trace/remarks.h"

namespace phx::trace {

/// Says what had to be mended. \throws BadFile with line and column where mending does not help.
Value read_json_file(std::string_view bytes, Remarks& remarks);

}  // namespace phx::trace
