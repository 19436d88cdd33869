/// Reads and writes ISO 8601 as HAR has it.

#include "traces/phx-trace/moment.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

namespace phx::trace {
namespace {

/// Takes digits from the text's front, `size` of them.
bool take(std::string_view& text, std::size_t size, int& number) {
  if (text.size() < size) return false;
  number = 0;
  for (const char c : text.substr(0, size)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(size);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

double take_fraction(std::string_view& text) {
  double fraction = 0;
  if (!take(text, '.') && !take(text, ',')) return fraction;
  for (double unit = 0.1; !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
    fraction += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return fraction;
}

/// `Z`, `+01:00`, `-0530`, `+02` or nothing, as seconds east of Greenwich.
std::optional<int> take_zone(std::string_view text) {
  take(text, ' ');
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT" || text.empty()) return 0;
  const bool west = text.starts_with('-');
  int hours = 0;
  int minutes = 0;
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  if (!take(text, 2, hours)) return std::nullopt;
  take(text, ':');
  if (!text.empty() && (!take(text, 2, minutes) || !text.empty())) return std::nullopt;
  return (west ? -60 : 60) * (hours * 60 + minutes);
}

}  // namespace

std::optional<double> seconds_of(std::string_view text) {
  using namespace std::chrono;
  std::array<int, 6> part = {};
  const bool date = take(text, 4, part[0]) && take(text, '-') && take(text, 2, part[1]) &&
                    take(text, '-') && take(text, 2, part[2]) &&
                    (take(text, 'T') || take(text, 't') || take(text, ' '));
  const bool time = date && take(text, 2, part[3]) && take(text, ':') && take(text, 2, part[4]);
  if (!time || (take(text, ':') && !take(text, 2, part[5]))) return std::nullopt;
  const double fraction = take_fraction(text);
  const auto zone = take_zone(text);
  const year_month_day day{year{part[0]}, month{static_cast<unsigned>(part[1])},
                           std::chrono::day{static_cast<unsigned>(part[2])}};
  if (!zone || !day.ok()) return std::nullopt;
  const auto midnight = sys_days{day}.time_since_epoch();
  const long long whole = duration_cast<seconds>(midnight).count() + part[3] * 3'600LL +
                          part[4] * 60LL + part[5] - *zone;
  return static_cast<double>(whole) + fraction;
}

std::string moment_of(double moment) {
  using namespace std::chrono;
  const auto micros = static_cast<long long>(std::llround(moment * 1'000'000));
  const auto at = sys_time<microseconds>{microseconds{micros}};
  const auto midnight = floor<days>(at);
  const year_month_day day{midnight};
  const hh_mm_ss time{at - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace phx::trace
