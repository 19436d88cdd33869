/// `2026-01-02T03:04:05.678Z`, and its parts.

#include "etf/iso_time.h"

#include <fmt/format.h>

#include <cstdlib>

namespace phx::etf {
namespace {

/// A member that is an integer between these; throws NotATime where it is none.
struct NotATime {};
long long number(const Term& from, const char* name, long long least, long long most) {
  const Term* member = from.find_atom(name);
  const long long* value = member != nullptr ? member->get<long long>() : nullptr;
  if (value == nullptr || *value < least || *value > most) throw NotATime{};
  return *value;
}

std::string date(const Term& from) {
  const long long year = number(from, "year", -9'999, 9'999);
  return fmt::format("{}{:04}-{:02}-{:02}", year < 0 ? "-" : "", std::llabs(year),
                     number(from, "month", 1, 12), number(from, "day", 1, 31));
}

/// `{678000, 3}`: microseconds, and how many of their digits count.
std::string fraction(const Term& from) {
  const Term* member = from.find_atom("microsecond");
  const auto* pair = member != nullptr ? member->tuple_of(2) : nullptr;
  if (pair == nullptr) throw NotATime{};
  const long long* value = (*pair)[0].get<long long>();
  const long long* digits = (*pair)[1].get<long long>();
  if (value == nullptr || digits == nullptr || *value < 0 || *value > 999'999 || *digits < 0 ||
      *digits > 6) {
    throw NotATime{};
  }
  if (*digits == 0) return "";
  return "." + fmt::format("{:06}", *value).substr(0, static_cast<std::size_t>(*digits));
}

std::string time(const Term& from) {
  return fmt::format("{:02}:{:02}:{:02}{}", number(from, "hour", 0, 23),
                     number(from, "minute", 0, 59), number(from, "second", 0, 60), fraction(from));
}

std::string zone(const Term& from) {
  constexpr long long a_day = 86'400;
  const long long offset =
      number(from, "utc_offset", -a_day, a_day) + number(from, "std_offset", -a_day, a_day);
  const Term* name = from.find_atom("time_zone");
  if (offset == 0 && name != nullptr && *name == Term("Etc/UTC")) return "Z";
  const long long minutes = std::llabs(offset) / 60;
  return fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

std::optional<std::string> iso_text(const Term& structure) try {
  const Term* kind = structure.find_atom("__struct__");
  const Term* calendar = structure.find_atom("calendar");
  if (kind == nullptr || calendar == nullptr || !calendar->is_atom("Elixir.Calendar.ISO"))
    return {};
  if (kind->is_atom("Elixir.Date")) return date(structure);
  if (kind->is_atom("Elixir.Time")) return time(structure);
  if (kind->is_atom("Elixir.NaiveDateTime")) return date(structure) + "T" + time(structure);
  if (!kind->is_atom("Elixir.DateTime")) return {};
  return date(structure) + "T" + time(structure) + zone(structure);
} catch (const NotATime&) {
  return std::nullopt;
}

}  // namespace phx::etf
