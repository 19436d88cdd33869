/// Reads and writes the parts of a JSON frame.

#include "serializer/json_text.h"

#include "serializer/plain_text.h"
#include "serializer/serializer.h"

namespace phx::serializer {

//! [slices]
namespace {

/// Strings with escapes, null, and every other value.
[[gnu::noinline]] Opaque unplain(std::string_view frame, const Slice& slice) {
  const std::string_view text = frame.substr(slice.begin, slice.size);
  if (text.front() == '"') return unquoted(frame, slice);
  if (text == "null") return {};
  return Opaque::other(slice.tidy ? std::string(text) : compact(text));
}

}  // namespace

Opaque opaque(std::string_view frame, const Slice& slice) {
  if (frame[slice.begin] != '"' || slice.escaped) [[unlikely]]
    return unplain(frame, slice);
  const std::string_view from = frame.substr(slice.begin + 1);
  return Opaque::plain(from.substr(0, slice.size - 2), from.size());
}

Payload payload(std::string&& frame, const Slice& slice) {
  if (slice.tidy) return Payload::slice_of(std::move(frame), slice.begin, slice.size);
  return Payload::own_text(compact(std::string_view(frame).substr(slice.begin, slice.size)));
}
//! [slices]

void append_quoted(FrameText& out, std::string_view text) {
  if (plain_prefix(text) == text.size()) return out.add("\"", text, "\"");
  append_quoted(out.text(), text);
}

void append_unplain(FrameText& out, OpaqueView value) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_string()) {
    append_quoted(out, value.text());
  } else {
    out += value.text();
  }
}

void append_reply(FrameText& out, const SocketReply& reply) {
  out.add("{\"response\":", reply.response.view(), ",\"status\":\"", to_string(reply.status),
          "\"}");
}

/// Names the payload's type and not its contents, because the sentence goes to a log.
void require_object(const Payload& payload) {
  if (payload.is_object()) return;
  const char* kind = payload.is_binary()               ? "bytes"
                     : payload.view().starts_with('[') ? "an array"
                     : payload.view().starts_with('"') ? "a string"
                                                       : "a number, true, false or null";
  throw EncodeError("expected a JSON object as the payload of a push or a broadcast, got " +
                    std::string(kind));
}

}  // namespace phx::serializer
