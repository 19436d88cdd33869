/// Redirects to https, the HSTS header, and a proxy's forwarded headers.

#include "transport/force_ssl.h"

#include <algorithm>

#include "http/uri.h"

namespace phx::transport {
namespace {

/// The header, if it came once: of two, we can't tell which is the proxy's.
std::optional<std::string> only(const http::Request& request, std::string_view name) {
  const auto is_it = [&](const auto& header) { return header.first == name; };
  if (std::count_if(request.headers.begin(), request.headers.end(), is_it) != 1) return {};
  return std::string(*request.header(name));
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

void set_host(http::Request& request, const http::Authority& authority) {
  std::string value = bracketed(authority.host);
  if (authority.port && authority.port != http::default_port(request.scheme)) {
    value += ":" + std::to_string(*authority.port);
  }
  std::erase_if(request.headers, [](const auto& header) { return header.first == "host"; });
  request.headers.emplace_back("host", std::move(value));
}

std::string own_host(const http::Request& request) {
  return http::to_lower(http::parse_authority(request.header("host").value_or("")).host);
}

bool is_excluded(const http::Request& request, const ForceSsl& options) {
  const auto& hosts = options.exclude_hosts;
  if (std::find(hosts.begin(), hosts.end(), own_host(request)) != hosts.end()) return true;
  return std::any_of(options.exclude_paths.begin(), options.exclude_paths.end(),
                     [&](const std::string& path) {
                       return http::segments(path) == http::segments(request.path());
                     });
}

std::string hsts_header(const ForceSsl::Hsts& hsts) {
  std::string value = "max-age=" + std::to_string(hsts.expires.count());
  if (hsts.preload) value += "; preload";
  if (hsts.subdomains) value += "; includeSubDomains";
  return value;
}

http::Response redirect(const http::Request& request, const std::string& host,
                        const ForceSsl& options, const Log& log) {
  const bool safe = request.method == "GET" || request.method == "HEAD";
  const int status = safe ? 301 : 307;
  log.write(options.log, "a plain HTTP request is redirected to https",
            {{"method", request.method},
             {"path", request.path()},
             {"host", host},
             {"status", std::to_string(status)}});
  // The target is already a path and query; one that names a host is meant for a proxy.
  const bool whole = request.target.starts_with('/');
  return {status, "", {{"location", "https://" + host + (whole ? request.target : "/")}}};
}

}  // namespace

http::Request rewritten(http::Request request, const ForceSsl::RewriteOn& headers) {
  if (!headers.x_forwarded_proto && !headers.x_forwarded_host && !headers.x_forwarded_port) {
    return request;
  }
  http::Authority authority = http::parse_authority(request.header("host").value_or(""));
  // A scheme's default port changes along with the scheme.
  if (authority.port == http::default_port(request.scheme)) authority.port = {};
  if (headers.x_forwarded_proto) {
    const auto proto = only(request, "x-forwarded-proto");
    if (proto == "https" || proto == "http") request.scheme = *proto;
  }
  if (headers.x_forwarded_host) {
    if (const auto host = only(request, "x-forwarded-host")) {
      const http::Authority forwarded = http::parse_authority(*host);
      authority.host = forwarded.host;
      if (forwarded.port) authority.port = forwarded.port;
    }
  }
  if (headers.x_forwarded_port) {
    const auto port = only(request, "x-forwarded-port");
    const auto forwarded = port ? http::parse_authority(":" + *port).port : std::nullopt;
    if (forwarded) authority.port = forwarded;
  }
  set_host(request, authority);
  return request;
}

Secured force_ssl(const http::Request& request, const ForceSsl& options,
                  const std::optional<std::string>& url_host, const Log& log) {
  if (is_excluded(request, options)) return {};
  if (request.scheme == "https") {
    if (!options.hsts) return {};
    return {{}, {{"strict-transport-security", hsts_header(*options.hsts)}}};
  }
  const auto configured = options.host ? options.host : url_host;
  const std::string host = configured.value_or(bracketed(own_host(request)));
  if (host.empty()) return {http::Response{400, "'host' header is absent"}};
  return {redirect(request, host, options, log)};
}

}  // namespace phx::transport
