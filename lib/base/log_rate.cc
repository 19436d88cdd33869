/// A kind's second begins with its first line.

#include "base/log_rate.h"

#include <algorithm>

namespace phx {

bool LogRate::take(int level, std::string_view text, Clock::time_point now) {
  Kind& of = kind(level, text, now);
  if (now - of.began >= window) of = {now};
  if (of.written < limit_) {
    ++of.written;
    return true;
  }
  ++of.counted;
  return false;
}

LogRate::Kind& LogRate::kind(int level, std::string_view text, Clock::time_point now) {
  std::pair key(level, std::string(text));
  const auto found = kinds_.find(key);
  if (found != kinds_.end()) return found->second;
  if (kinds_.size() >= max_kinds) {
    std::erase_if(kinds_, [now](const auto& entry) {
      return entry.second.counted == 0 && now - entry.second.began >= window;
    });
  }
  if (kinds_.size() >= max_kinds) key.second = "(any other text)";
  return kinds_.try_emplace(std::move(key), Kind{now}).first->second;
}

std::vector<LogRate::Rest> LogRate::counted(Clock::time_point now, bool all) {
  std::vector<Rest> rest;
  for (auto& [key, kind] : kinds_) {
    if (kind.counted == 0 || (!all && now - kind.began < window)) continue;
    rest.push_back({key.first, key.second, std::exchange(kind.counted, 0)});
  }
  return rest;
}

std::optional<Clock::time_point> LogRate::due() const {
  std::optional<Clock::time_point> first;
  for (const auto& [key, kind] : kinds_) {
    if (kind.counted > 0)
      first = std::min(first.value_or(kind.began + window), kind.began + window);
  }
  return first;
}

}  // namespace phx
