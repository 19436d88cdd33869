/// Reads the header from its end, where our own proxy wrote.

#include "server/forwarded.h"

namespace phx::server {

std::optional<std::string> forwarded_for(const http::Request& request,
                                         const net::Networks& proxies) {
  static const net::Networks anywhere({"0.0.0.0/0", "::/0"}, "");
  if (!proxies.contain(request.peer)) return std::nullopt;
  const std::vector<std::string> addresses = request.list("x-forwarded-for");
  for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
    if (!anywhere.contain(*address)) return std::nullopt;
    if (!proxies.contain(*address)) return *address;
  }
  return std::nullopt;
}

}  // namespace phx::server
