#pragma once
/// \file
/// A socket's place in an endpoint: its path, who answers for it, and what it allows.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "socket/drainer.h"
#include "transport/origin.h"
#include "transport/request.h"

namespace phx::transport {

/// The answer to a connection that connect rejected with a reason.
using ErrorHandler = std::function<Response(const std::string& reason)>;

struct WebsocketOptions {
  Millis timeout{60'000};  ///< Without a byte from the client for so long, it is closed.
  std::size_t max_frame_size = 8'000'000;      ///< Bytes of one message, put together.
  std::vector<std::string> subprotocols = {};  ///< In the server's order of preference.
  bool compress = false;  ///< Speak permessage-deflate (RFC 7692) with clients that offer it.
};

struct LongpollOptions {
  Millis window{10'000};  ///< A poll that has nothing to tell is answered after so long: window_ms.
};

/// `socket("/tenant/:tenant/socket", UserSocket, websocket: […])` of a Phoenix endpoint.
struct Mount {
  std::string path;  ///< A part `:name` takes any one segment, and makes it a parameter.
  std::shared_ptr<const UserSocket> socket;
  std::optional<WebsocketOptions> websocket = WebsocketOptions{};  ///< At `path/websocket`.
  std::optional<LongpollOptions> longpoll = {};  ///< At `path/longpoll`; off unless asked for.

  Origins check_origin = Origins::same_host();
  /// Take a token from the sub-protocol header (websocket) or x-phoenix-authtoken: Phoenix 1.8.
  bool auth_token = false;
  /// Long-poll does not ask it: there a refusal is always 403.
  ErrorHandler error_handler = [](const std::string&) { return Response{403}; };
  /// How its connections are sent home when the server stops. Of one user socket's mounts the first
  /// one's counts.
  socket::DrainOptions drainer = {};
};

}  // namespace phx::transport
