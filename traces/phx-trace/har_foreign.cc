/// Reads the dialects of HAR, entry by entry.

#include "traces/phx-trace/har_foreign.h"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "traces/phx-trace/har_clock.h"
#include "traces/phx-trace/har_message.h"
#include "traces/phx-trace/har_request.h"
#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

using conformance::Opcode;

constexpr double max_life = 1e7;  // seconds

constexpr Remarks::Kind unanswered{"request without an answer was left out",
                                   "requests without an answer were left out"};
constexpr Remarks::Kind unreadable{"request that can't be read was left out",
                                   "requests that can't be read were left out"};
constexpr Remarks::Kind unreadable_message{"message that can't be read was left out",
                                           "messages that can't be read were left out"};
constexpr Remarks::Kind error_note{"error that the browser noted was left out",
                                   "errors that the browser noted were left out"};
constexpr Remarks::Kind listed_twice{"websocket that is listed twice counts once",
                                     "websockets that are listed twice count once"};

std::optional<Seconds> started(const Value& entry) {
  const auto time = entry.is_object() ? entry.find("startedDateTime") : std::nullopt;
  return time ? read_time(*time) : std::nullopt;
}

class ForeignReader {
 public:
  explicit ForeignReader(const Beside& beside) : bodies_(beside, trace_.remarks) {}
  Trace read(const Value& entries);

 private:
  void take(const Value& value);
  void take_messages(const Value& value, Entry& entry, Dated& dated);
  void take_message(const Value& message, Entry& entry, Dated& dated);
  /// The websocket that this entry lists again, or null.
  Entry* same_socket(const Entry& entry);

  Trace trace_;
  Bodies bodies_;
  Seconds last_asked_ = 0;
};

void ForeignReader::take_messages(const Value& value, Entry& entry, Dated& dated) {
  if (const auto list = message_list(value); list && !list->items().empty()) {
    entry.websocket = true;
    for (const Value& message : list->items()) take_message(message, entry, dated);
    return;
  }
  // Playwright keeps them in a file of their own, one a line.
  const auto response = value.find("response");
  const auto content = response && response->is_object() ? response->find("content") : response;
  if (!entry.websocket || !content || !content->is_object()) return;
  std::istringstream lines(bodies_.attached(*content).value_or(""));
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    try {
      take_message(Value::parse(line), entry, dated);
    } catch (const BadFile& error) {
      trace_.remarks.add(unreadable_message, error.what());
    }
  }
}

void ForeignReader::take_message(const Value& value, Entry& entry, Dated& dated) {
  std::vector<Message>& messages = entry.messages;
  try {
    auto read = read_message(value);
    if (!read) return trace_.remarks.add(error_note);
    if (read->message.opcode == Opcode::continuation) {
      const auto begun =
          std::find_if(messages.rbegin(), messages.rend(),
                       [&read](const Message& each) { return each.sent == read->message.sent; });
      if (begun == messages.rend()) value.complain("a continuation without a start");
      begun->payload += read->message.payload;
      return;
    }
    messages.push_back(std::move(read->message));
    dated.times.push_back(read->at);
  } catch (const BadFile& error) {
    trace_.remarks.add(unreadable_message, error.what());
  }
}

void ForeignReader::take(const Value& value) try {
  Entry entry;
  Dated dated{.asked = started(value)};
  dated.life = std::clamp(number_in(value, "time").value_or(0) / 1'000, 0.0, max_life);
  entry.connection = text_in(value, "_connection");  // ours, in a file that was edited by hand
  read_request(value, bodies_, entry);
  take_messages(value, entry, dated);
  if (!read_answer(value, bodies_, trace_.remarks, entry)) return trace_.remarks.add(unanswered);
  settle(dated, last_asked_, entry);
  last_asked_ = entry.asked;
  Entry* same = entry.websocket && dated.asked ? same_socket(entry) : nullptr;
  if (!same) return trace_.entries.push_back(std::move(entry));
  trace_.remarks.add(listed_twice);
  if (same->messages.empty()) *same = std::move(entry);
} catch (const BadFile& error) {
  trace_.remarks.add(unreadable, error.what());
}

/// The same request at the same time, with the same messages or, if one has none, with the same
/// headers.
Entry* ForeignReader::same_socket(const Entry& entry) {
  const auto same_messages = [&entry](const Entry& other) {
    return std::equal(entry.messages.begin(), entry.messages.end(), other.messages.begin(),
                      other.messages.end(), [](const Message& a, const Message& b) {
                        return std::tie(a.at, a.sent, a.payload) ==
                               std::tie(b.at, b.sent, b.payload);
                      });
  };
  const auto same =
      std::find_if(trace_.entries.begin(), trace_.entries.end(), [&](const Entry& before) {
        const bool silent = before.messages.empty() || entry.messages.empty();
        return before.websocket && before.asked == entry.asked && before.origin == entry.origin &&
               before.request.target == entry.request.target &&
               (silent ? before.request.headers == entry.request.headers : same_messages(before));
      });
  return same == trace_.entries.end() ? nullptr : &*same;
}

Trace ForeignReader::read(const Value& entries) {
  const std::vector<Value> items = entries.items();
  // An entry without a time gets that of the first with one.
  const auto dated = std::find_if(items.begin(), items.end(),
                                  [](const Value& item) { return started(item).has_value(); });
  if (dated != items.end()) last_asked_ = *started(*dated);
  for (const Value& item : items) take(item);
  // Some tools list the newest first.
  std::stable_sort(trace_.entries.begin(), trace_.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.asked < b.asked; });
  name_connections(trace_);
  settle_polls(trace_.entries);
  return std::move(trace_);
}

}  // namespace

Trace read_foreign(const Value& entries, const Beside& beside) {
  return ForeignReader(beside).read(entries);
}

}  // namespace phx::trace
