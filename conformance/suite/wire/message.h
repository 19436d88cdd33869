#pragma once
/// \file
/// A Channels message as a mutant sees it: five fields, in either version of the wire.

#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

/// `[join_ref, ref, topic, event, payload]`, or V1's object of the same, which has a join_ref only
/// towards the server.
struct Message {
  std::string join_ref = "null";  ///< As JSON: `"1"` with its quotes, or null.
  std::string ref = "null";       ///< As JSON.
  std::string topic = {};
  std::string event = {};
  std::string payload = "{}";  ///< As JSON.
  bool v1 = false;

  bool is_reply() const { return event == "phx_reply"; }
  /// Whether it is a reply to a join, the only message whose ref is its join_ref. Only in V2.
  bool is_join_reply() const { return is_reply() && !v1 && ref == join_ref && ref != "null"; }
  bool is_push() const { return !is_reply() && ref == "null"; }
  bool is_heartbeat() const { return topic == "phoenix"; }

  std::string text() const;
};

/// Nothing for a text that is not a message of either version.
std::optional<Message> read_message(std::string_view text);

/// The text with every `from` in it replaced.
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// The text in small letters.
std::string lower(std::string text);

}  // namespace phx::conformance
