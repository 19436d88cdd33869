/// Parses messages.

#include "traces/phx-trace/message.h"

#include <fmt/format.h>

#include <array>

#include "conformance/suite/wire/json.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Json;

constexpr std::size_t shown_bytes = 12;

std::string status_of(const ChannelMessage& message, const Json& payload) {
  const bool reply = message.event == "phx_reply" && json_is_object(payload.get());
  return reply ? payload["status"].text() : "";
}

std::optional<ChannelMessage> read_array(const Json& array) {
  if (json_array_size(array.get()) < 5) return std::nullopt;
  ChannelMessage message{.form = ChannelMessage::Form::v2,
                         .join_ref = array[0].dump(),
                         .ref = array[1].dump(),
                         .topic = array[2].text(),
                         .event = array[3].text(),
                         .payload = array[4].dump()};
  message.status = status_of(message, array[4]);
  return message;
}

std::optional<ChannelMessage> read_object(const Json& object) {
  if (!json_object_get(object.get(), "topic") || !json_object_get(object.get(), "event")) {
    return std::nullopt;
  }
  ChannelMessage message{.form = ChannelMessage::Form::v1,
                         .join_ref = object["join_ref"].dump(),
                         .ref = object["ref"].dump(),
                         .topic = object["topic"].text(),
                         .event = object["event"].text(),
                         .payload = object["payload"].dump()};
  message.status = status_of(message, object["payload"]);
  return message;
}

/// Takes the bytes that the sizes give; nothing if there are fewer.
template <std::size_t N>
std::optional<std::array<std::string, N>> take_parts(std::string_view& bytes) {
  std::array<std::string, N> parts;
  if (bytes.size() < 1 + N) return std::nullopt;
  const std::string_view sizes = bytes.substr(1, N);
  bytes.remove_prefix(1 + N);
  for (std::size_t i = 0; i < N; ++i) {
    const auto size = static_cast<unsigned char>(sizes[i]);
    if (bytes.size() < size) return std::nullopt;
    parts[i] = std::string(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return parts;
}

std::string as_json(const std::string& text) { return conformance::as_json(printable(text)); }

std::optional<ChannelMessage> read_push(std::string_view bytes, bool by_server) {
  ChannelMessage message{.form = ChannelMessage::Form::binary_push};
  if (by_server) {
    const auto parts = take_parts<3>(bytes);
    if (!parts) return std::nullopt;
    message.join_ref = as_json((*parts)[0]);
    message.topic = (*parts)[1];
    message.event = (*parts)[2];
  } else {
    const auto parts = take_parts<4>(bytes);
    if (!parts) return std::nullopt;
    message.join_ref = as_json((*parts)[0]);
    message.ref = as_json((*parts)[1]);
    message.topic = (*parts)[2];
    message.event = (*parts)[3];
  }
  message.payload = std::string(bytes);
  return message;
}

std::optional<ChannelMessage> read_reply(std::string_view bytes) {
  const auto parts = take_parts<4>(bytes);
  if (!parts) return std::nullopt;
  return ChannelMessage{.form = ChannelMessage::Form::binary_reply,
                        .join_ref = as_json((*parts)[0]),
                        .ref = as_json((*parts)[1]),
                        .topic = (*parts)[2],
                        .event = "phx_reply",
                        .status = (*parts)[3],
                        .payload = std::string(bytes)};
}

std::optional<ChannelMessage> read_broadcast(std::string_view bytes) {
  const auto parts = take_parts<2>(bytes);
  if (!parts) return std::nullopt;
  return ChannelMessage{.form = ChannelMessage::Form::binary_broadcast,
                        .topic = (*parts)[0],
                        .event = (*parts)[1],
                        .payload = std::string(bytes)};
}

}  // namespace

std::optional<ChannelMessage> read_text_message(std::string_view text) {
  const auto json = conformance::parse_json(text);
  if (!json) return std::nullopt;
  if (json_is_array(json->get())) return read_array(*json);
  return json_is_object(json->get()) ? read_object(*json) : std::nullopt;
}

std::optional<ChannelMessage> read_binary_message(std::string_view bytes, bool by_server) {
  const int kind = bytes.empty() ? -1 : static_cast<unsigned char>(bytes.front());
  if (kind == 0) return read_push(bytes, by_server);
  if (kind == 1 && by_server) return read_reply(bytes);
  if (kind == 2 && by_server) return read_broadcast(bytes);
  return std::nullopt;
}

std::string described(const ChannelMessage& binary, bool by_server) {
  const auto text = [](const std::string& part) { return as_json(part); };
  const std::string data = binary.payload.empty() ? "" : " " + hex(binary.payload, shown_bytes);
  switch (binary.form) {
    case ChannelMessage::Form::binary_reply:
      return fmt::format("binary reply [{},{},{},{}]{}", binary.join_ref, binary.ref,
                         text(binary.topic), text(binary.status), data);
    case ChannelMessage::Form::binary_broadcast:
      return fmt::format("binary broadcast [{},{}]{}", text(binary.topic), text(binary.event),
                         data);
    case ChannelMessage::Form::binary_push:
    case ChannelMessage::Form::v1:
    case ChannelMessage::Form::v2: break;
  }
  const std::string ref = by_server ? "" : binary.ref + ",";
  return fmt::format("binary push [{},{}{},{}]{}", binary.join_ref, ref, text(binary.topic),
                     text(binary.event), data);
}

}  // namespace phx::trace
