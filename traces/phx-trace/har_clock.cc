/// Distinguishes clocks.

#include "traces/phx-trace/har_clock.h"

#include <algorithm>
#include <map>

#include "traces/phx-trace/har_message.h"
#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

constexpr Seconds moment = 1e-6;   // a file's time resolution
constexpr double late = 3'600;     // seconds; no Channels client waits this long to join
constexpr Seconds this_age = 1e8;  // a smaller time is not from a clock that began in 1970

}  // namespace

void settle(const Dated& dated, Seconds before, Entry& entry) {
  std::vector<Seconds> known;
  for (const auto& time : dated.times) {
    if (time) known.push_back(*time);
  }
  const Seconds first = known.empty() ? 0 : known.front();
  const Seconds last = known.empty() ? 0 : known.back();
  entry.asked = dated.asked ? *dated.asked : first > this_age ? first : before;
  // Another clock, or a wrong one: then only durations count.
  const bool other_clock = last < entry.asked || first > entry.asked + late;
  const bool in_millis =
      other_clock && first < this_age && dated.life > 0 && last - first > 2 * dated.life;
  const double scale = in_millis ? 0.001 : 1;
  const Seconds shift = other_clock ? entry.asked - first * scale : 0;
  Seconds at = entry.asked;
  for (std::size_t i = 0; i < dated.times.size(); ++i) {
    if (dated.times[i]) at = std::max(at, rounded(*dated.times[i] * scale + shift));
    entry.messages[i].at = at;
  }
  // A browser gives a websocket's whole life as its entry's time: the answer came before the first
  // message at the latest.
  entry.answered = rounded(entry.asked + dated.life);
  if (!entry.messages.empty()) entry.answered = std::min(entry.answered, entry.messages[0].at);
}

void settle_polls(std::vector<Entry>& entries) {
  std::map<std::string, Seconds> polled_again;  // a session's next poll, from the end
  std::map<std::string, Seconds> first_brought;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->websocket || !is_longpoll(entry->request.target)) continue;
    const std::string token = brought_token(entry->request).value_or("");
    const std::string given =
        entry->response ? session_token(entry->response->body).value_or(token) : token;
    const auto next = polled_again.find(token);
    const auto brought = first_brought.find(given);
    if (given != token && brought != first_brought.end()) {
      entry->answered = std::min(entry->answered, brought->second - moment);
    } else if (given == token && next != polled_again.end() && entry->request.method == "GET") {
      entry->answered = std::max(entry->answered, next->second - moment);
    }
    entry->answered = rounded(std::max(entry->asked, entry->answered));
    if (token.empty()) continue;
    if (entry->request.method == "GET") polled_again[token] = entry->asked;
    first_brought[token] = entry->asked;
  }
}

}  // namespace phx::trace
