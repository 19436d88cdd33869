/// Any file is read, shown, planned for a replay, imported, redacted and written again, or refused
/// with the place where it is not HAR.

#include "traces/phx-trace/har.h"

#include <algorithm>

#include "testing/fuzz.h"
#include "traces/phx-trace/draw.h"
#include "traces/phx-trace/import.h"
#include "traces/phx-trace/json_file.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/normal.h"
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

/// A replay relies on this: an entry's steps are its request, its answer and its messages as
/// listed.
void order_holds(const Trace& trace) {
  struct Progress {
    bool asked = false;
    bool answered = false;
    std::size_t messages = 0;
  };
  std::map<const Entry*, Progress> progress;
  Seconds last = 0;
  const std::vector<Step> steps = timeline(trace);
  for (const Step& step : steps) {
    must(&step == steps.data() || step.at >= last, "time does not run backwards");
    last = step.at;
    if (!step.entry) continue;
    Progress& now = progress[step.entry];
    if (step.kind == Step::Kind::request) {
      must(!now.asked, "each request is made once");
      now.asked = true;
      continue;
    }
    must(now.asked, "nothing happens before the request");
    if (step.kind == Step::Kind::response || step.kind == Step::Kind::unanswered) {
      now.answered = true;
    } else if (step.kind == Step::Kind::frame) {
      must(step.message == &step.entry->messages[now.messages++], "messages come as listed");
      const bool no_answer = !step.entry->response && step.entry->error.empty();
      must(now.answered || no_answer || now.messages <= early_frames(*step.entry),
           "messages follow the answer");
    }
  }
}

/// A replay's messages and comparisons, if the server answers as recorded.
void rehearse(const Trace& trace) {
  Normal normal("localhost:4000", "127.0.0.1:5000", trace.whole);
  for (const Entry& entry : trace.entries) {
    const auto request = normal.said_now(entry.request);
    must(request.text().find(request.target) != std::string::npos, "a request can be written");
    if (entry.response) {
      must(!normal.differs(*entry.response, *entry.response), "an answer agrees with itself");
      for (const std::string& message : polled_messages(entry.response->body)) {
        must(normal.same(message, message), "a polled message agrees with itself");
      }
    }
    for (const Message& message : entry.messages) {
      const std::string said = normal.text_now(message.payload);
      must(normal.same(message.payload, message.payload), "a message agrees with itself");
      sender_of(said);
      terminated_topic(said);
    }
  }
}

void narrate(const Trace& trace) {
  lines_fit(shown(trace, {}), 100);
  must(!drawn(trace, {}).empty(), "there is a picture");
  order_holds(trace);
  rehearse(trace);
  const std::string once = write_har(trace).pretty();
  const Trace again = read_har(once);
  must(again.remarks.empty(), "a written file is read whole");
  must(write_har(again).pretty() == once, "a written file is read unchanged");
}

void redact_twice(Value file) {
  redact(file);
  must(redact(file) == 0, "after redaction nothing is left to redact");
}

}  // namespace

FUZZ(input) {
  try {
    Remarks remarks;
    redact_twice(read_json_file(input, remarks));
    const Trace trace = read_har(input);
    narrate(trace);
    Imported imported = import_har(trace);
    const Trace kept = read_har(imported.file.pretty());
    must(std::all_of(kept.entries.begin(), kept.entries.end(), &is_conversation),
         "only conversations are imported");
    redact_twice(imported.file);
    narrate(read_har(imported.file.pretty()));
  } catch (const BadFile& error) {
    must(*error.what() != '\0', "an error has a text");
  }
}
