/// Puts the steps of all connections in order.

#include "traces/phx-trace/timeline.h"

#include <algorithm>
#include <charconv>

namespace phx::trace {
namespace {

bool number_of(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0;
}

void add_steps(const Entry& entry, std::vector<Step>& steps) {
  using Kind = Step::Kind;
  steps.push_back({.at = entry.asked, .kind = Kind::request, .entry = &entry});
  // A recording that ends while a request is open says nothing of an answer.
  if (entry.response || !entry.error.empty()) {
    steps.push_back({.at = entry.answered,
                     .kind = entry.response ? Kind::response : Kind::unanswered,
                     .by_server = entry.response.has_value(),
                     .entry = &entry});
  }
  for (const Message& message : entry.messages) {
    steps.push_back({.at = message.at,
                     .kind = Kind::frame,
                     .by_server = !message.sent,
                     .entry = &entry,
                     .message = &message});
  }
}

void add_happenings(const std::vector<Happening>& happenings, const Entry* entry,
                    std::vector<Step>& steps) {
  for (const Happening& happening : happenings) {
    steps.push_back({.at = happening.at,
                     .kind = Step::Kind::happening,
                     .by_server = happening.by_server,
                     .entry = entry,
                     .happening = &happening});
  }
}

}  // namespace

std::vector<Step> timeline(const Trace& trace) {
  std::vector<Step> steps;
  for (const Entry& entry : trace.entries) {
    add_steps(entry, steps);
    add_happenings(entry.happenings, &entry, steps);
  }
  add_happenings(trace.happenings, nullptr, steps);
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
  return steps;
}

std::optional<Range> parse_range(std::string_view text) {
  Range range;
  const auto dash = text.find('-');
  if (!number_of(text.substr(0, dash), range.from)) return std::nullopt;
  if (dash == text.npos) {
    range.to = range.from;
  } else if (dash + 1 < text.size() && !number_of(text.substr(dash + 1), range.to)) {
    return std::nullopt;
  }
  return range.from <= range.to ? std::optional(range) : std::nullopt;
}

}  // namespace phx::trace
