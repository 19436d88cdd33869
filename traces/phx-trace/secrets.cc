/// Names secrets, and finds them again.

#include "traces/phx-trace/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/url.h"

namespace phx::trace {
namespace {

constexpr std::string_view name_start = "REDACTED-";
constexpr std::size_t telling = sizeof(std::uint64_t);
constexpr std::size_t longest_word = 16;

std::uint64_t start_of(std::string_view text) {
  std::uint64_t start = 0;
  std::memcpy(&start, text.data(), telling);
  return start;
}

bool says_nothing(const std::string& value) {
  return value == "true" || value == "false" || value == "null" || value == "undefined";
}

/// `websocket` or `password` may go by a secret's name (`{"auth_type": "password"}`).
bool is_plain_word(const std::string& value) {
  return value.size() <= longest_word &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::size_t redacted_number(std::string_view text) {
  std::size_t number = 0;
  if (!text.starts_with(name_start)) return 0;
  text.remove_prefix(name_start.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::string Secrets::hidden(const std::string& value) {
  if (value.empty() || says_nothing(value) || redacted_number(value) > 0) return value;
  const auto [at, added] = names_.emplace(value, "");
  if (added) at->second = fmt::format("{}{}", name_start, named_before_ + names_.size());
  return at->second;
}

void Secrets::look_for(std::string text, const std::string& name) {
  if (text.size() < telling) return;
  auto& alike = wanted_[start_of(text)];
  alike.emplace_back(std::move(text), name);
}

void Secrets::prepare() {
  for (const auto& [secret, name] : names_) {
    const bool of_a_name =
        secret.find(name_start) != secret.npos || name_start.find(secret) != name_start.npos;
    if (of_a_name || is_plain_word(secret) || open_.contains(secret)) continue;
    const std::string json = conformance::as_json(secret);
    const std::string escaped = json.substr(1, json.size() - 2);
    const std::string in_url = conformance::percent_encoded(secret);
    look_for(secret, name);
    if (escaped != secret) look_for(escaped, name);
    if (in_url != secret) look_for(in_url, name);
  }
  for (auto& [start, alike] : wanted_) {
    std::sort(alike.begin(), alike.end(),
              [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }
}

std::string Secrets::replaced_in(const std::string& text) const {
  if (wanted_.empty() || text.size() < telling) return text;
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = std::string_view(text).substr(at);
    const auto alike = rest.size() < telling ? wanted_.end() : wanted_.find(start_of(rest));
    const std::pair<std::string, std::string>* found = nullptr;
    if (alike != wanted_.end()) {
      for (const auto& each : alike->second) {
        if (!found && rest.starts_with(each.first)) found = &each;
      }
    }
    out += found ? found->second : std::string(1, rest.front());
    at += found ? found->first.size() : 1;
  }
  return out;
}

}  // namespace phx::trace
