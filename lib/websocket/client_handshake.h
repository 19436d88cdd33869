#pragma once
/// \file
/// The client's half of the opening handshake: RFC 6455, 4.1 and 4.2.2. Pure: the caller brings the
/// random bytes and the socket.

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/request.h"
#include "websocket/negotiation.h"

namespace phx::websocket {

/// What the client asks for.
struct Opening {
  std::string host;    ///< `localhost:4000`
  std::string target;  ///< `/socket/websocket?vsn=2.0.0`
  std::string key;     ///< Sixteen random bytes in base64.
  std::vector<std::string> subprotocols = {};
  bool deflate = false;                 ///< Offers permessage-deflate, as browsers do.
  http::Request::Headers headers = {};  ///< More of them: cookies, an origin.
};

/// The whole request, up to the first frame.
std::string upgrade_request(const Opening& opening);

/// How a server compresses and lets us compress: RFC 7692, 7.1.
struct AgreedDeflate {
  int window_bits = 15;           ///< We refer back 2 to this power of bytes at most.
  bool server_takes_over = true;  ///< Its messages may refer to its earlier ones.
};

/// What the server agreed to.
struct Opened {
  std::optional<std::string> subprotocol = {};
  std::optional<AgreedDeflate> deflate = {};
};

/// The server's answer is not a websocket; what() says why, and `status` what HTTP said.
class NotOpened : public std::runtime_error {
 public:
  NotOpened(int status, const std::string& why) : std::runtime_error(why), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

/// \throws NotOpened for a refusal, and for an answer that breaks RFC 6455, 4.1: a wrong
/// Sec-WebSocket-Accept, or an extension or sub-protocol that was not offered.
Opened check_answer(const Opening& opening, const http::Response& answer);

}  // namespace phx::websocket
