/// Whatever a file holds: it is read, told, redacted and written again, or it is told where it is
/// no HAR.

#include "traces/phx-trace/har.h"

#include "testing/fuzz.h"
#include "traces/phx-trace/draw.h"
#include "traces/phx-trace/import.h"
#include "traces/phx-trace/redact.h"
#include "traces/phx-trace/show.h"
#include "traces/phx-trace/text.h"

using namespace phx::trace;
using phx::testing::must;

namespace {

void lines_fit(std::string_view text, std::size_t width) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    must(columns(text.substr(0, end)) <= width, "no line is wider than the page");
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

void tell(const Trace& trace) {
  lines_fit(shown(trace, {}), 100);
  must(!drawn(trace, {}).empty(), "there is a picture");
  const std::string once = write_har(trace).pretty();
  must(write_har(read_har(once)).pretty() == once, "what was written is read as it was");
}

}  // namespace

FUZZ(input) {
  try {
    Value file = Value::parse(input);
    tell(read_har(file));
    Imported imported = import_har(file);
    redact(imported.file);
    must(redact(imported.file) == 0, "after redaction nothing is left to redact");
    read_har(imported.file.pretty());
  } catch (const BadFile& error) {
    must(*error.what() != '\0', "a complaint says something");
  }
}
