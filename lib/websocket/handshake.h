#pragma once
/// \file
/// The server's half of the opening handshake: RFC 6455, 4.2.2.

#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"
#include "websocket/negotiation.h"

namespace phx::websocket {

/// `Sec-WebSocket-Accept` for a client's key.
std::string accept_key(std::string_view key);

/// The contents of the 101 answer.
struct Acceptance {
  std::string_view key;  ///< The client's Sec-WebSocket-Key.
  const std::optional<std::string>& subprotocol;
  const std::optional<DeflateParameters>& deflate;
  const http::Request::Headers& headers;  ///< Additional ones.
};

/// The whole head, up to the first frame: with Cowboy's headers, in Cowboy's spelling.
std::string switching_protocols(const Acceptance& acceptance);

}  // namespace phx::websocket
