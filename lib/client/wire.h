#pragma once
/// \file
/// The client's half of the wire: pushes into frames, and a server's frames into messages, in V1,
/// V2 and V2's binary form. serializer/v2_json.cc has the grammar.

#include <optional>
#include <string>
#include <string_view>

#include "serializer/message.h"

namespace phx::client {

/// A message to send. Views, to be encoded at once.
struct Outgoing {
  std::string_view join_ref;  ///< Empty: null.
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  const serializer::Payload& payload;
};

/// A message that came.
struct Incoming {
  std::string join_ref = {};  ///< Empty: null, as in a broadcast.
  std::string ref = {};       ///< Of the message that it answers, or empty.
  std::string topic;
  std::string event;
  std::string status = {};      ///< Of a reply.
  serializer::Payload payload;  ///< Of a reply: its response.

  bool is_reply() const { return event == "phx_reply"; }
};

enum class Version : unsigned char { v1, v2 };
/// Nothing for a version that the client does not speak.
std::optional<Version> version_of(std::string_view vsn);

/// \throws serializer::EncodeError for what this version can't carry.
serializer::Frame encode(Version version, const Outgoing& message);
/// \throws serializer::DecodeError.
Incoming decode(Version version, serializer::Frame frame);

}  // namespace phx::client
