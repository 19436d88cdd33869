#pragma once
/// \file
/// Sends who comes by plain HTTP to https, and tells who comes by https to stay there.
///
/// Mirrors Plug.SSL, which an endpoint's `force_ssl` puts before all else, sockets included.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "http/request.h"

namespace phx::transport {

struct ForceSsl {
  /// `strict-transport-security`: browsers come by https only, for so long.
  struct Hsts {
    std::chrono::seconds expires{31'536'000};  // a year, Plug.SSL's default
    bool subdomains = false;
    bool preload = false;
  };
  /// Believe these headers of a proxy, which must take them off what clients send.
  struct RewriteOn {
    bool x_forwarded_proto = false;
    bool x_forwarded_host = false;
    bool x_forwarded_port = false;
  };

  std::optional<Hsts> hsts = Hsts{};
  /// Where to send who comes plainly, with a port or without; else the endpoint's url host, else
  /// the request's own.
  std::optional<std::string> host = {};
  RewriteOn rewrite_on = {};
  std::vector<std::string> exclude_hosts = {"localhost", "127.0.0.1"};  ///< Left alone.
  std::vector<std::string> exclude_paths = {};                          ///< Left alone.
  Level log = Level::info;  ///< Of each redirect's line.
};

/// The request as the proxy's client sent it: its scheme, and its host and port in the host header.
http::Request rewritten(http::Request request, const ForceSsl::RewriteOn& headers);

/// What comes of one request.
struct Secured {
  std::optional<http::Response> redirect = {};
  http::Request::Headers headers = {};  ///< For the answer, where there is no redirect.
};
/// REQUIRES: the request is rewritten already. `url_host` is the endpoint's.
Secured force_ssl(const http::Request& request, const ForceSsl& options,
                  const std::optional<std::string>& url_host, const Log& log);

}  // namespace phx::transport
