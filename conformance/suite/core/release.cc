/// Reads `--profile`.

#include "conformance/suite/core/release.h"

#include <fmt/format.h>

#include <charconv>

namespace phx::conformance {

std::string Release::text() const { return fmt::format("{}.{}.{}", major, minor, patch); }

std::optional<Release> parse_release(std::string_view text) {
  const bool is_1_7 = text.substr(0, 3) == "1.7";
  if (!is_1_7 && text.substr(0, 3) != "1.8") return std::nullopt;
  Release release = is_1_7 ? last_of_1_7 : newest_release;
  text.remove_prefix(3);
  if (text.empty()) return release;
  if (text.size() < 2 || text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), release.patch);
  const bool whole = end == text.data() + text.size();
  if (error != std::errc{} || !whole || release.patch < 0) return std::nullopt;
  return release;
}

}  // namespace phx::conformance
