/// Writes the answer that turns an HTTP connection into a websocket.

#include "websocket/handshake.h"

#include <openssl/sha.h>

#include <array>

#include "base/base64.h"
#include "http/request_reader.h"

namespace phx::websocket {

std::string accept_key(std::string_view key) {
  constexpr std::string_view of_all = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
  const std::string text = std::string(key).append(of_all);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64::encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string switching_protocols(const Acceptance& acceptance) {
  http::Request::Headers headers{{"cache-control", "max-age=0, private, must-revalidate"},
                                 {"connection", "Upgrade"},
                                 {"date", http::http_date()},
                                 {"sec-websocket-accept", accept_key(acceptance.key)},
                                 {"upgrade", "websocket"}};
  if (acceptance.deflate) {
    headers.emplace_back("sec-websocket-extensions",
                         "permessage-deflate" + acceptance.deflate->parameters);
  }
  if (acceptance.subprotocol) {
    headers.emplace_back("sec-websocket-protocol", *acceptance.subprotocol);
  }
  headers.insert(headers.end(), acceptance.headers.begin(), acceptance.headers.end());
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  http::append_headers(head, headers);
  return head + "\r\n";
}

}  // namespace phx::websocket
