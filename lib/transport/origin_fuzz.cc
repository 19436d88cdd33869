/// Origins and hosts, as any page or client may name them: the first line is the origin, the rest
/// the host.

#include "transport/origin.h"

#include <stdexcept>

#include "testing/fuzz.h"

using namespace phx;
using namespace phx::transport;
using phx::testing::must;

namespace {

const Origins listed = Origins::list({"https://example.com", "//*.example.org:8443"});

/// The usual mistake is to accept a host that ends like ours but is not below it.
bool ours(const http::Uri& origin) {
  const std::string host = http::to_lower(origin.host.value_or(""));
  const bool below = host == "example.org" || host.ends_with(".example.org");
  return host == "example.com" || (below && origin.port == 8443);
}

}  // namespace

FUZZ(input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string origin(input.substr(0, line));
  const std::string host(input.substr(std::min(line + 1, input.size())));
  const http::Request request{"GET", "/socket/websocket", 11, {{"host", host}, {"origin", origin}}};

  const http::Uri uri = http::parse_uri(origin);
  for (const auto port : {uri.port, http::parse_authority(host).port}) {
    must(!port || (*port >= 0 && *port <= 99'999), "a port has at most five digits");
  }
  must(Origins::any().allow(request), "anywhere is anywhere");
  must(!listed.allow(request) || ours(uri), "only what is listed may come in");
  Origins::url_host().allow(request);
  Origins::same_host().allow(request);
  Origins::same_origin().allow(request);
  try {
    Origins::list({origin});
  } catch (const std::invalid_argument&) {
  }
}
