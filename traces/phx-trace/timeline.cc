/// Puts the steps of all connections in order.

#include "traces/phx-trace/timeline.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <queue>
#include <tuple>

namespace phx::trace {
namespace {

bool number_of(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0;
}

/// Steps in a fixed order: their times never decrease.
using Lane = std::vector<Step>;

Lane steps_of(const Entry& entry) {
  using Kind = Step::Kind;
  Lane lane;
  Seconds last = entry.asked;
  const auto add = [&lane, &last, &entry](Step step) {
    step.at = last = std::max(last, step.at);
    step.entry = &entry;
    lane.push_back(step);
  };
  const auto add_frame = [&add](const Message& message) {
    add({.at = message.at, .kind = Kind::frame, .by_server = !message.sent, .message = &message});
  };
  add({.at = entry.asked, .kind = Kind::request});
  const auto rest = entry.messages.begin() + static_cast<std::ptrdiff_t>(early_frames(entry));
  std::for_each(entry.messages.begin(), rest, add_frame);
  // A recording that ends while a request is open has no answer.
  if (entry.response || !entry.error.empty()) {
    add({.at = entry.answered,
         .kind = entry.response ? Kind::response : Kind::unanswered,
         .by_server = entry.response.has_value()});
  }
  std::for_each(rest, entry.messages.end(), add_frame);
  return lane;
}

/// An entry's begin with its request at the earliest.
Lane steps_of(const std::vector<Happening>& happenings, const Entry* entry) {
  Lane lane;
  for (const Happening& happening : happenings) {
    lane.push_back({.at = entry ? std::max(entry->asked, happening.at) : happening.at,
                    .kind = Step::Kind::happening,
                    .by_server = happening.by_server,
                    .entry = entry,
                    .happening = &happening});
  }
  std::stable_sort(lane.begin(), lane.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
  return lane;
}

}  // namespace

std::size_t early_frames(const Entry& entry) {
  const auto end =
      std::find_if(entry.messages.begin(), entry.messages.end(), [&entry](const Message& message) {
        return !message.sent || !message.with_previous || message.at > entry.answered;
      });
  return static_cast<std::size_t>(end - entry.messages.begin());
}

std::vector<Step> timeline(const Trace& trace) {
  std::vector<Lane> lanes;
  for (const Entry& entry : trace.entries) {
    lanes.push_back(steps_of(entry));
    lanes.push_back(steps_of(entry.happenings, &entry));
  }
  lanes.push_back(steps_of(trace.happenings, nullptr));
  // The earliest step of all lanes comes next; at equal times the client's before the server's,
  // which may answer it; otherwise that of the first lane.
  using Next = std::tuple<Seconds, bool, std::size_t, std::size_t>;  // time, server, lane, step
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto queue = [&lanes, &next](std::size_t lane, std::size_t step) {
    if (step == lanes[lane].size()) return;
    next.emplace(lanes[lane][step].at, lanes[lane][step].by_server, lane, step);
  };
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) queue(lane, 0);
  std::vector<Step> steps;
  while (!next.empty()) {
    const auto [at, by_server, lane, step] = next.top();
    next.pop();
    steps.push_back(lanes[lane][step]);
    queue(lane, step + 1);
  }
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
