/// Writes JSON.

#include "conformance/suite/report/json_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

Members& Members::json(std::string_view name, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  members_ += fmt::format("{}:{}", json_string(name), value);
  return *this;
}

Members& Members::text(std::string_view name, std::string_view value) {
  return json(name, json_string(value));
}

Members& Members::number(std::string_view name, double value) {
  return json(name, fmt::format("{}", value));
}

Members& Members::integer(std::string_view name, long long value) {
  return json(name, fmt::format("{}", value));
}

Members& Members::boolean(std::string_view name, bool value) {
  return json(name, value ? "true" : "false");
}

Members& Members::texts(std::string_view name, const std::vector<std::string>& values) {
  std::vector<std::string> quoted_values;
  for (const auto& value : values) quoted_values.push_back(json_string(value));
  return json(name, fmt::format("[{}]", fmt::join(quoted_values, ",")));
}

std::string json_array(const std::vector<std::string>& values) {
  if (values.empty()) return "[]";
  return fmt::format("[\n{}\n]", fmt::join(values, ",\n"));
}

std::string json_string(std::string_view text) {
  if (text.empty()) return "\"\"";
  std::string whole = as_json(text);
  return whole == "\"\"" ? as_json(shortened(text, text.size())) : whole;
}

std::string iso_time(long long millis_since_epoch) {
  const std::time_t seconds = millis_since_epoch / 1'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                     millis_since_epoch % 1'000);
}

}  // namespace phx::conformance
