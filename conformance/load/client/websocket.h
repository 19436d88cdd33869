/// \file
/// The client's half of the websocket framing: the upgrade, masked frames out, plain frames in.
///
/// Pure functions over bytes; `connection.cc` owns the descriptor. Only what a load client needs:
/// whole text and control frames, with heads as the suite reads and writes them. It shares no code
/// with the servers that it measures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/frame.h"

namespace phx::bench {

using conformance::Opcode;

/// One frame from the server. `payload` is a view into the bytes it was read from.
struct Frame {
  Opcode opcode = Opcode::text;
  std::string_view payload;
  std::size_t size = 0;  ///< Bytes of header and payload together.
};

/// The request that asks `path` (with its query) to become a websocket.
std::string upgrade_request(std::string_view host, std::uint16_t port, std::string_view path);

/// The size of the response's head; nothing until it is complete. Throws Failure if the server
/// refuses, or proves the wrong key.
std::optional<std::size_t> upgrade_response(std::string_view in);

/// Appends one whole, masked frame.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

/// The first frame of `in`; nothing until it is complete. Throws Failure for a frame that a server
/// must not send: with a mask, a reserved bit, a fragment.
std::optional<Frame> next_frame(std::string_view in);

}  // namespace phx::bench
