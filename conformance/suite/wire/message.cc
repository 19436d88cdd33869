/// Parses and writes messages in the version that they came in.

#include "conformance/suite/wire/message.h"

#include <jansson.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

std::string dumped(const json_t* value) {
  const std::unique_ptr<char, decltype(&std::free)> text(
      json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT), &std::free);
  return text ? text.get() : "null";
}

std::optional<std::string> characters(const json_t* value) {
  if (!json_is_string(value)) return std::nullopt;
  return std::string(json_string_value(value), json_string_length(value));
}

std::optional<Message> message_of(const json_t* join_ref, const json_t* ref, const json_t* topic,
                                  const json_t* event, const json_t* payload) {
  const auto topic_name = characters(topic), event_name = characters(event);
  if (!topic_name || !event_name) return std::nullopt;
  return Message{dumped(join_ref), dumped(ref), *topic_name, *event_name, dumped(payload)};
}

}  // namespace

std::optional<Message> read_message(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return std::nullopt;
  const json_t* value = json->get();
  if (json_is_array(value) && json_array_size(value) == 5) {
    const auto at = [value](std::size_t i) { return json_array_get(value, i); };
    return message_of(at(0), at(1), at(2), at(3), at(4));
  }
  if (!json_is_object(value)) return std::nullopt;
  const auto at = [value](const char* key) { return json_object_get(value, key); };
  auto message = message_of(at("join_ref"), at("ref"), at("topic"), at("event"), at("payload"));
  if (message) message->v1 = true;
  return message;
}

std::string Message::text() const {
  if (!v1) {
    return "[" + join_ref + "," + ref + "," + as_json(topic) + "," + as_json(event) + "," +
           payload + "]";
  }
  const std::string joined = join_ref == "null" ? "" : R"("join_ref":)" + join_ref + ",";
  return R"({"event":)" + as_json(event) + "," + joined + R"("payload":)" + payload + R"(,"ref":)" +
         ref + R"(,"topic":)" + as_json(topic) + "}";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ::tolower);
  return text;
}

}  // namespace phx::conformance
