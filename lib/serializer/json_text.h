#pragma once
/// \file
/// Shared by both JSON versions: takes values out of a frame, and writes them into one.

#include <string>

#include "serializer/message.h"
#include "serializer/scanner.h"

namespace phx::serializer {

/// A ref, topic or event from a frame.
Opaque opaque(std::string_view frame, const Slice& slice);
/// The payload of a frame; takes over the frame.
Payload payload(std::string frame, const Slice& slice);
void append(std::string& out, const Opaque& value);
/// `{"response":…,"status":"ok"}`, with its keys sorted, as in Phoenix.
void append_reply(std::string& out, const SocketReply& reply);
/// \throws EncodeError unless the payload is a JSON object.
void require_object(const Payload& payload);

}  // namespace phx::serializer
