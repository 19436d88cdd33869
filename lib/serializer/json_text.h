#pragma once
/// \file
/// What both JSON versions share: cutting values out of a frame, and writing them into one.

#include <string>

#include "serializer/message.h"
#include "serializer/scanner.h"

namespace phx::serializer {

/// A ref, topic or event out of a frame.
Opaque opaque(std::string_view frame, const Slice& slice);
/// The payload out of a frame, which it takes over.
Payload payload(std::string frame, const Slice& slice);
void append(std::string& out, const Opaque& value);
/// `{"response":…,"status":"ok"}`, its keys sorted as the framework writes them.
void append_reply(std::string& out, const Reply& reply);
/// \throws EncodeError unless the payload is a JSON object.
void require_object(const Payload& payload);

}  // namespace phx::serializer
