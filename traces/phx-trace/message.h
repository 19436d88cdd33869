#pragma once
/// \file
/// A frame as a message of Phoenix Channels: V1's objects, V2's arrays, V2's binary forms.

#include <optional>
#include <string>
#include <string_view>

namespace phx::trace {

/// One message. Refs are kept as JSON (`"1"`, `1`, `null`), because a string is not a number.
struct ChannelMessage {
  enum class Form { v1, v2, binary_push, binary_reply, binary_broadcast };
  Form form = Form::v2;
  std::string join_ref = "null";
  std::string ref = "null";
  std::string topic = {};
  std::string event = {};
  std::string status = {};   ///< Of a reply.
  std::string payload = {};  ///< JSON; of a binary message, its bytes.
};

/// Nothing for anything but an array of five or an object with a topic and an event.
std::optional<ChannelMessage> read_text_message(std::string_view text);

/// Nothing for a frame that is cut short or of an unknown kind. A client's push has a ref, a
/// server's none.
std::optional<ChannelMessage> read_binary_message(std::string_view bytes, bool by_server);

/// `binary push ["1","2","room:a","say"] 00 01 ff`: for people.
std::string described(const ChannelMessage& binary, bool by_server);

}  // namespace phx::trace
