/// Writes by hand what a client sends; reads text with the server's own scanner.

#include "client/wire.h"

#include <array>

#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::client {

using serializer::append_quoted;
using serializer::DecodeError;
using serializer::EncodeError;
using serializer::Frame;
using serializer::Payload;

namespace {

enum Kind : unsigned char { push = 0, reply = 1, broadcast = 2 };

void append_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_quoted(out, text);
  }
}

Frame encode_v1(const Outgoing& m) {
  if (m.payload.is_binary()) throw EncodeError("expected JSON in a V1 message, got bytes");
  std::string out = "{\"topic\":";
  append_quoted(out, m.topic);
  out += ",\"event\":";
  append_quoted(out, m.event);
  (out += ",\"payload\":") += m.payload.view();
  out += ",\"ref\":";
  append_or_null(out, m.ref);
  out += ",\"join_ref\":";
  append_or_null(out, m.join_ref);
  return {Frame::text, out + "}"};
}

Frame encode_v2(const Outgoing& m) {
  std::string out;
  out.reserve(m.topic.size() + m.event.size() + m.payload.view().size() + 48);
  char mark = '[';
  for (const std::string_view ref : {m.join_ref, m.ref}) {
    out += std::exchange(mark, ',');
    append_or_null(out, ref);
  }
  for (const std::string_view text : {m.topic, m.event}) {
    out += ',';
    append_quoted(out, text);
  }
  ((out += ',') += m.payload.view()) += ']';
  return {Frame::text, std::move(out)};
}

Frame encode_binary(const Outgoing& m) {
  constexpr std::size_t largest = 255;
  const std::array fields{m.join_ref, m.ref, m.topic, m.event};
  std::string out(1, static_cast<char>(push));
  for (const std::string_view field : fields) {
    if (field.size() > largest) {
      throw EncodeError("expected at most 255 bytes in a field of a binary message, got " +
                        std::to_string(field.size()));
    }
    out += static_cast<char>(field.size());
  }
  for (const std::string_view field : fields) out += field;
  out += m.payload.view();
  return {Frame::binary, std::move(out)};
}

/// A field that is a string; null and numbers become their text, as a server may use either.
std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.string_or("") : value.dump();
}

/// Takes a reply's status and response out of its payload.
void open_reply(Incoming& message) {
  const Json whole = message.payload.json();
  message.status = text_of(whole["status"]);
  message.payload = whole.has("response") ? Payload(whole["response"]) : Payload();
}

/// In V1 the ref of phx_close and phx_error is the join's; a reply's join is known by its ref.
Incoming decode_v1(const Frame& frame) {
  const Json whole = Json::parse(frame.bytes);
  if (!whole.is_object() || !whole["topic"].is_string() || !whole["event"].is_string()) {
    throw DecodeError("expected an object with a topic and an event");
  }
  Incoming message{.ref = text_of(whole["ref"]),
                   .topic = whole["topic"].string_or(""),
                   .event = whole["event"].string_or(""),
                   .payload = Payload(whole["payload"])};
  if (message.event == "phx_close" || message.event == "phx_error") message.join_ref = message.ref;
  return message;
}

Incoming decode_v2(Frame frame) {
  serializer::Scanner scanner(frame.bytes);
  std::array<serializer::Slice, 5> parts;
  char mark = '[';
  for (auto& part : parts) {
    scanner.expect(std::exchange(mark, ','));
    part = scanner.value();
  }
  while (scanner.take(',')) scanner.value();
  scanner.expect(']');
  scanner.end();
  const std::string_view text = frame.bytes;
  const auto field = [&](std::size_t i, bool needed) {
    const auto& slice = parts.at(i);
    if (text[slice.begin] == '"') return serializer::unquoted(text, slice);
    if (needed) throw DecodeError("expected a topic and an event");
    const std::string_view other = text.substr(slice.begin, slice.size);
    return other == "null" ? std::string() : std::string(other);
  };
  Incoming message{.join_ref = field(0, false),
                   .ref = field(1, false),
                   .topic = field(2, true),
                   .event = field(3, true),
                   .payload = {}};
  const auto& payload = parts[4];
  message.payload =
      payload.tidy
          ? Payload::slice_of(std::move(frame.bytes), payload.begin, payload.size)
          : Payload::own_text(serializer::compact(text.substr(payload.begin, payload.size)));
  return message;
}

Incoming decode_binary(Frame frame) {
  const std::string& bytes = frame.bytes;
  const unsigned kind = bytes.empty() ? 255u : static_cast<unsigned char>(bytes[0]);
  if (kind > broadcast) throw DecodeError("expected a binary message of kind 0, 1 or 2");
  const std::size_t count = kind == push ? 3 : kind == reply ? 4 : 2;
  std::array<std::string, 4> fields;
  std::size_t at = 1 + count;
  if (bytes.size() < at) throw DecodeError("expected the head of a binary message, got less");
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = static_cast<unsigned char>(bytes[i + 1]);
    if (bytes.size() - at < size) throw DecodeError("expected sizes within the frame, got larger");
    fields.at(i) = bytes.substr(at, size);
    at += size;
  }
  auto& [first, second, third, fourth] = fields;
  const auto data = [&] { return Payload::binary_slice_of(std::move(frame.bytes), at); };
  switch (static_cast<Kind>(kind)) {
    case push: return {.join_ref = first, .topic = second, .event = third, .payload = data()};
    case reply:
      return {.join_ref = first,
              .ref = second,
              .topic = third,
              .event = "phx_reply",
              .status = fourth,
              .payload = data()};
    case broadcast: break;
  }
  return {.topic = first, .event = second, .payload = data()};
}

}  // namespace

std::optional<Version> version_of(std::string_view vsn) {
  if (vsn.starts_with("2.0.")) return Version::v2;
  if (vsn.starts_with("1.0.")) return Version::v1;
  return {};
}

Frame encode(Version version, const Outgoing& message) {
  if (version == Version::v1) return encode_v1(message);
  return message.payload.is_binary() ? encode_binary(message) : encode_v2(message);
}

Incoming decode(Version version, Frame frame) try {
  if (version == Version::v2 && frame.opcode == Frame::binary) {
    return decode_binary(std::move(frame));
  }
  Incoming message = version == Version::v1 ? decode_v1(frame) : decode_v2(std::move(frame));
  if (message.is_reply()) open_reply(message);
  return message;
} catch (const JsonError& error) {
  throw DecodeError(error.what());
}

}  // namespace phx::client
