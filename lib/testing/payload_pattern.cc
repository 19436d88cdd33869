/// Compares payloads as values, whole or in part.

#include "testing/payload_pattern.h"

#include <fmt/format.h>

namespace phx::testing {
namespace {

using serializer::Payload;

bool contains(const Json& whole, const Json& part) {
  if (part.is_object()) {
    if (!whole.is_object()) return false;
    for (const auto& [key, value] : part.sorted_members()) {
      if (!whole.has(key) || !contains(whole[key], value)) return false;
    }
    return true;
  }
  if (part.is_array()) {
    if (!whole.is_array() || whole.size() != part.size()) return false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!contains(whole[i], part[i])) return false;
    }
    return true;
  }
  return whole == part;
}

bool equal(const Payload& a, const Payload& b) {
  if (a.is_binary() || b.is_binary()) {
    return a.is_binary() == b.is_binary() && a.view() == b.view();
  }
  return a.json() == b.json();
}

}  // namespace

bool PayloadPattern::matches(const Payload& payload) const {
  switch (kind_) {
    case Kind::whole: return equal(payload, expected_);
    case Kind::part: return !payload.is_binary() && contains(payload.json(), expected_.json());
    case Kind::any: return true;
  }
  return false;
}

std::string PayloadPattern::shown() const {
  switch (kind_) {
    case Kind::whole: return testing::shown(expected_);
    case Kind::part: return "a payload containing " + testing::shown(expected_);
    case Kind::any: return "any payload";
  }
  return {};
}

PayloadPattern containing(const Json& part) { return {PayloadPattern::Kind::part, part}; }
PayloadPattern any_payload() { return {PayloadPattern::Kind::any, {}}; }

std::string shown(const Payload& payload) {
  if (!payload.is_binary()) return std::string(payload.view());
  constexpr std::size_t most = 32;
  const std::string_view bytes = payload.view();
  std::string text = fmt::format("<{} bytes:", bytes.size());
  for (const char byte : bytes.substr(0, most)) {
    text += fmt::format(" {:02x}", static_cast<unsigned char>(byte));
  }
  return text + (bytes.size() > most ? " …>" : ">");
}

}  // namespace phx::testing
