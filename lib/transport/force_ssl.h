#pragma once
/// \file
/// Redirects plain HTTP requests to https, and makes https clients stay there (HSTS).
///
/// Mirrors Plug.SSL: an endpoint's `force_ssl` runs before everything else, sockets included.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "http/request.h"

namespace phx::transport {

struct ForceSsl {
  /// `strict-transport-security`: for this long, browsers use https only.
  struct Hsts {
    std::chrono::seconds expires{31'536'000};  // a year, Plug.SSL's default
    bool subdomains = false;
    bool preload = false;
  };
  /// Trust these headers from a proxy, which must strip them from clients' requests.
  struct RewriteOn {
    bool x_forwarded_proto = false;
    bool x_forwarded_host = false;
    bool x_forwarded_port = false;
  };

  std::optional<Hsts> hsts = Hsts{};
  /// Where plain requests are redirected, with or without a port. Unset: the endpoint's url host,
  /// otherwise the request's own.
  std::optional<std::string> host = {};
  RewriteOn rewrite_on = {};
  std::vector<std::string> exclude_hosts = {"localhost", "127.0.0.1"};  ///< No redirect, no HSTS.
  std::vector<std::string> exclude_paths = {};                          ///< No redirect, no HSTS.
  Level log = Level::info;  ///< For logging each redirect.
};

/// The request as the client sent it to the proxy: its scheme, and its host header with the port.
http::Request rewritten(http::Request request, const ForceSsl::RewriteOn& headers);

/// The outcome for one request.
struct Secured {
  std::optional<http::Response> redirect = {};
  http::Request::Headers headers = {};  ///< For the answer, if there is no redirect.
};
/// REQUIRES: the request has been through rewritten(). `url_host` is the endpoint's.
Secured force_ssl(const http::Request& request, const ForceSsl& options,
                  const std::optional<std::string>& url_host, const Log& log);

}  // namespace phx::transport
