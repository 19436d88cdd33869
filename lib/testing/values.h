#pragma once
/// \file
/// The serializer of channel tests: it keeps values instead of writing frames, and refuses what V2
/// refuses.
///
/// Mirrors Phoenix.ChannelTest's NoopSerializer.

#include "serializer/serializer.h"

namespace phx::testing {

/// The contents of a frame of values(). Its refs and names are strings, empty if absent.
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
