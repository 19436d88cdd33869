#pragma once
/// \file
/// The serializer of channel tests: it keeps values instead of writing the wire.
///
/// What a client couldn't be sent is refused as V2 refuses it. Mirrors Phoenix.ChannelTest's
/// NoopSerializer.

#include "serializer/serializer.h"

namespace phx::testing {

/// What one frame of values() holds. Its refs and names are strings, or empty where there is none.
struct Value {
  enum Kind { message, reply };
  Kind kind;
  std::string join_ref, ref, topic;
  std::string name;  ///< A message's event, or a reply's status: `ok`, `error`.
  serializer::Payload payload;
};

const serializer::Serializer& values();

/// REQUIRES: the frame was made by values() or write().
Value read(const serializer::Frame& frame);
serializer::Frame write(const Value& value);

}  // namespace phx::testing
