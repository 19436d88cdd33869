/// Converts arrays to objects and back.

#include "conformance/suite/core/translation.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace phx::conformance {
namespace {

constexpr std::size_t elements = 5;  // join_ref, ref, topic, event, payload

Json message_of(std::string_view v2) {
  const auto message = parse_json(v2);
  if (message && json_array_size(message->get()) == elements) return *message;
  throw std::logic_error(
      fmt::format("expected a V2 message that can be said in V1, got {}: take its rule off the "
                  "axis v1",
                  v2));
}

/// The end of the text's first value: the next comma or bracket outside it.
std::size_t end_of_value(std::string_view text) {
  bool in_string = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (depth == 0 && (c == ',' || c == ']')) return i;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
  return text.size();
}

/// The elements as written, with white space and escapes, so that a case's unusual form stays
/// unusual in V1. REQUIRES: an array of five.
std::array<std::string_view, elements> written_elements(std::string_view array) {
  std::array<std::string_view, elements> written;
  array.remove_prefix(array.find('[') + 1);
  for (std::string_view& element : written) {
    const std::size_t end = end_of_value(array);
    element = array.substr(0, end);
    array.remove_prefix(end + 1);
  }
  return written;
}

}  // namespace

std::string v1_to_server(std::string_view v2) {
  message_of(v2);  // or throws
  const auto [join_ref, ref, topic, event, payload] = written_elements(v2);
  return fmt::format(R"({{"topic":{},"event":{},"payload":{},"ref":{},"join_ref":{}}})", topic,
                     event, payload, ref, join_ref);
}

std::string v1_from_server(std::string_view v2) {
  const Json message = message_of(v2);
  const auto [join_ref, ref, topic, event, payload] = written_elements(v2);
  const std::string name = message[3].text();
  const bool ends = name == "phx_close" || name == "phx_error";
  const bool open = message[1].text() == any_value;
  return fmt::format(R"({{"topic":{},"event":{},"payload":{},"ref":{}}})", topic, event, payload,
                     ends && open ? join_ref : ref);
}

Json less_join_ref(const Json& v1) {
  Json copy(json_copy(const_cast<json_t*>(v1.get())));
  json_object_del(const_cast<json_t*>(copy.get()), "join_ref");
  return copy;
}

Json v2_of(const Json& v1) {
  Json v2(json_array());
  json_array_append_new(v2.get(), json_null());
  for (const char* key : {"ref", "topic", "event", "payload"}) {
    json_array_append(v2.get(), v1[key].get());
  }
  return v2;
}

}  // namespace phx::conformance
