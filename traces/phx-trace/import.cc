/// Keeps the websockets and the polls, and reports the rest.

#include "traces/phx-trace/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

struct Counts {
  std::size_t websockets = 0;
  std::size_t messages = 0;
  std::size_t silent = 0;      ///< Websockets whose messages the file lacks.
  std::size_t unanswered = 0;  ///< Websockets without an answer.
  std::size_t polls = 0;
  std::size_t without_body = 0;             ///< Polls whose answers the file lacks.
  std::map<std::string, std::size_t> left;  ///< By their kind.
};

Counts count(const Trace& trace) {
  Counts counts;
  for (const Entry& entry : trace.entries) {
    const bool agreed = entry.response && entry.response->status == 101;
    counts.messages += entry.messages.size();
    if (entry.websocket) {
      ++counts.websockets;
      counts.silent += agreed && entry.messages.empty() ? 1 : 0;
      counts.unanswered += entry.response ? 0 : 1;
    } else if (is_conversation(entry)) {
      ++counts.polls;
      counts.without_body += entry.body_is_missing ? 1 : 0;
    } else {
      ++counts.left[entry.kind.empty() ? "other" : entry.kind];
    }
  }
  return counts;
}

std::string report_of(const Counts& counts, const Remarks& remarks) {
  std::vector<std::string> parts = {
      fmt::format("kept {} with {}, and {}", counted(counts.websockets, "websocket"),
                  counted(counts.messages, "message"), counted(counts.polls, "long-poll request"))};
  std::string left;
  for (const auto& [kind, count] : counts.left) {
    left += fmt::format("{}{} {}", left.empty() ? "left out " : ", ", count, kind);
  }
  if (!left.empty()) parts.push_back(left);
  for (std::string& sentence : remarks.sentences()) parts.push_back(std::move(sentence));
  if (counts.unanswered > 0) {
    parts.push_back(fmt::format("no answer came to {}", counted(counts.unanswered, "websocket")));
  }
  if (counts.silent > 0) {
    parts.push_back(
        fmt::format("of {} the file has no messages: export from Chrome \"with sensitive data\", "
                    "or record with phx-trace record",
                    counted(counts.silent, "websocket")));
  }
  if (counts.without_body > 0) {
    parts.push_back(fmt::format("of {} the file does not have the answer's text",
                                counted(counts.without_body, "long-poll request")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Imported import_har(Trace trace) {
  const Counts counts = count(trace);
  if (counts.websockets + counts.polls == 0) {
    const auto left_out = trace.remarks.sentences();
    throw BadFile(
        fmt::format("expected a websocket or a long-poll among the {}, and there is none{}{}",
                    counted(trace.entries.size(), "request"), left_out.empty() ? "" : "; ",
                    fmt::join(left_out, "; ")));
  }
  std::erase_if(trace.entries, [](const Entry& entry) { return !is_conversation(entry); });
  return {write_har(trace), report_of(counts, trace.remarks)};
}

}  // namespace phx::trace
