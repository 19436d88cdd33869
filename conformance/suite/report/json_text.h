#pragma once
/// \file
/// JSON as the reports write it, with members in the order of adding.

#include <string>
#include <string_view>
#include <vector>

namespace phx::conformance {

/// One JSON object in the making.
class Members {
 public:
  Members& text(std::string_view name, std::string_view value);
  Members& number(std::string_view name, double value);
  Members& integer(std::string_view name, long long value);
  Members& boolean(std::string_view name, bool value);
  /// A value that is already JSON.
  Members& json(std::string_view name, std::string_view value);
  Members& texts(std::string_view name, const std::vector<std::string>& values);
  std::string str() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

/// `[a,b]` of values that are already JSON, one on each line.
std::string json_array(const std::vector<std::string>& values);

/// The text as a JSON string; bytes that are not valid UTF-8 are written as `\\xff`.
std::string json_string(std::string_view text);

/// `2026-01-31T12:00:00.000Z`, from milliseconds since the epoch.
std::string iso_time(long long millis_since_epoch);

}  // namespace phx::conformance
