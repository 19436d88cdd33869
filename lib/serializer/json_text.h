#pragma once
/// \file
/// Shared by both JSON versions: takes values out of a frame, and writes them into one.

#include <string>

#include "serializer/frame_text.h"
#include "serializer/message.h"
#include "serializer/scanner.h"

namespace phx::serializer {

/// A ref, topic or event from a frame.
Opaque opaque(std::string_view frame, const Slice& slice);
/// The payload of a frame; takes over the frame.
Payload payload(std::string&& frame, const Slice& slice);
/// Appends a ref, topic or event as JSON.
void append_unplain(FrameText& out, OpaqueView value);
inline void append(FrameText& out, OpaqueView value) {
  if (!value.is_plain()) return append_unplain(out, value);
  out.add("\"", value.text(), "\"");
}
/// Appends `text` as a JSON string. \throws EncodeError if it is not valid UTF-8.
void append_quoted(FrameText& out, std::string_view text);
/// `{"response":…,"status":"ok"}`, with its keys sorted, as in Phoenix.
void append_reply(FrameText& out, const SocketReply& reply);
/// \throws EncodeError unless the payload is a JSON object.
void require_object(const Payload& payload);

}  // namespace phx::serializer
