/// A head for libwebsockets to read, and headers for it to write.

#include "server/handshake.h"

#include "http/request_reader.h"

namespace phx::server::handshake {

std::string request(const transport::Upgrade& upgrade) {
  std::string head =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
      upgrade.key + "\r\n";
  if (upgrade.deflate) {
    head += "Sec-WebSocket-Extensions: permessage-deflate" + upgrade.deflate->parameters + "\r\n";
  }
  return head + "\r\n";
}

int add_headers(const transport::Upgrade& upgrade, lws* wsi, lws_process_html_args& args) {
  const auto add = [&](const char* name, std::string_view value) {
    auto* end = reinterpret_cast<unsigned char*>(args.p) + args.max_len;
    return lws_add_http_header_by_name(wsi, reinterpret_cast<const unsigned char*>(name),
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()),
                                       reinterpret_cast<unsigned char**>(&args.p), end);
  };
  if (add("cache-control:", "max-age=0, private, must-revalidate") != 0) return -1;
  if (add("date:", http::http_date()) != 0) return -1;
  for (const auto& [name, value] : upgrade.headers) {
    if (add((name + ":").c_str(), value) != 0) return -1;
  }
  const auto& subprotocol = upgrade.subprotocol;
  return subprotocol && add("sec-websocket-protocol:", *subprotocol) != 0 ? -1 : 0;
}

}  // namespace phx::server::handshake
