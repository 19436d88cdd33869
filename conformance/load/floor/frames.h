/// \file
/// The bytes of the floor server: the upgrade, frames in and out, and a message's envelope.
///
/// Pure functions. Like the load client's `websocket.h` it has only what is needed, and shares no
/// code with `lib/`: the floor must not depend on the code that it is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phx::floor {

enum class Opcode : std::uint8_t { text = 1, close = 8, ping = 9, pong = 10 };

/// One whole frame from a client, unmasked in place. `payload` is a view into those bytes.
struct Frame {
  Opcode opcode = Opcode::text;
  std::string_view payload;
  std::size_t size = 0;  ///< Bytes of header and payload together.
};

enum class Read : std::uint8_t { frame, more, broken };

/// Takes the first frame out of `size` bytes at `at`, and unmasks it there. `more`: it is not
/// complete, nothing was touched. `broken`: a frame that the floor does not speak (a fragment, a
/// binary frame, no mask, more than `largest_frame` bytes).
Read next_frame(char* at, std::size_t size, Frame& frame);
constexpr std::uint64_t largest_frame = 8'000'000;

/// Appends the header of an unmasked frame whose payload will be `size` bytes.
void append_header(std::string& out, Opcode opcode, std::size_t size);
/// Appends a whole frame.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

/// The answer to the request in `head`: 101, or a refusal if it has no websocket key.
struct Upgrade {
  std::string response;
  bool accepted = false;
};
Upgrade upgrade(std::string_view head);

/// `[join_ref, ref, topic, event, payload]`, split into its parts. Views into the frame; the refs
/// with their quotes (or `null`), topic and event without.
struct Envelope {
  std::string_view join_ref, ref, topic, event, payload;
};
/// Reads what JSON.stringify writes: no white space in the envelope, no escapes in its strings.
/// The payload is not parsed. Nothing for any other text.
std::optional<Envelope> envelope(std::string_view text);

/// Appends the frame of a reply; the refs as they came, `response` is JSON.
void append_reply(std::string& out, const Envelope& to, std::string_view status,
                  std::string_view response);
/// Appends the frame of any other message; `join_ref` and `ref` are JSON.
void append_message(std::string& out, std::string_view join_ref, std::string_view ref,
                    std::string_view topic, std::string_view event, std::string_view payload);

}  // namespace phx::floor
