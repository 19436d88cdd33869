/// Parses and writes messages in the version that they came in.

#include "conformance/suite/wire/message.h"

#include <algorithm>
#include <cctype>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/last_read.h"

namespace phx::conformance {
namespace {

std::string compact(const Json& value) { return value.dump(JSON_COMPACT); }

std::optional<Message> message_of(const Json& join_ref, const Json& ref, const Json& topic,
                                  const Json& event, const Json& payload) {
  if (!json_is_string(topic.get()) || !json_is_string(event.get())) return std::nullopt;
  return Message{compact(join_ref), compact(ref), topic.text(), event.text(), compact(payload)};
}

std::optional<Message> read(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return std::nullopt;
  const Json& all = *json;
  if (json_is_array(all.get()) && json_array_size(all.get()) == 5) {
    return message_of(all[0], all[1], all[2], all[3], all[4]);
  }
  if (!json_is_object(all.get())) return std::nullopt;
  auto message =
      message_of(all["join_ref"], all["ref"], all["topic"], all["event"], all["payload"]);
  if (message) message->v1 = true;
  return message;
}

}  // namespace

std::optional<Message> read_message(std::string_view text) {
  thread_local LastRead<std::optional<Message>> last;
  return last.of(text, read);
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
