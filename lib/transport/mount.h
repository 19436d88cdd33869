#pragma once
/// \file
/// A socket's place in an endpoint: its path, who answers for it, and what it allows.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "socket/user_socket.h"
#include "transport/origin.h"
#include "transport/request.h"

namespace phx::transport {

/// The answer to a connection that connect rejected with a reason.
using ErrorHandler = std::function<Response(const std::string& reason)>;

struct WebsocketOptions {
  Millis timeout{60'000};  ///< Without a byte from the client for so long, it is closed.
  std::size_t max_frame_size = 8'000'000;  ///< Bytes of one message, put together.
  Origins check_origin = Origins::same_host();
  std::vector<std::string> subprotocols = {};  ///< In the server's order of preference.
  bool auth_token = false;  ///< Take a token from the sub-protocol header: Phoenix 1.8.
  ErrorHandler error_handler = [](const std::string&) { return Response{403}; };
};

/// `socket("/tenant/:tenant/socket", UserSocket, websocket: […])` of a Phoenix endpoint.
struct Mount {
  std::string path;  ///< A part `:name` takes any one segment, and makes it a parameter.
  std::shared_ptr<const UserSocket> socket;
  WebsocketOptions websocket = {};
};

}  // namespace phx::transport
