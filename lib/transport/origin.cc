/// Compares a page's origin with those that a mount accepts.

#include "transport/origin.h"

#include <algorithm>
#include <stdexcept>

namespace phx::transport {
namespace {

bool host_matches(std::string_view host, std::string_view allowed) {
  if (!allowed.starts_with("*.")) return host == allowed;
  return host == allowed.substr(2) || host.ends_with(allowed.substr(1));
}

/// A part that an entry leaves out matches anything.
bool entry_matches(const http::Uri& origin, const http::Uri& entry) {
  return (!entry.scheme || origin.scheme == entry.scheme) &&
         (!entry.port || origin.port == entry.port) && host_matches(*origin.host, *entry.host);
}

bool matches_scheme_host_and_port(const http::Uri& origin, const http::Request& request) {
  const http::Authority own = http::parse_authority(request.header("host").value_or(""));
  return origin.host == http::to_lower(own.host) && origin.scheme == request.scheme &&
         origin.port == (own.port ? own.port : http::default_port(request.scheme));
}

bool matches_host(const http::Uri& origin, const http::Request& request) {
  const auto host = request.header("host");
  return host && origin.host == http::parse_authority(*host).host;
}

}  // namespace

Origins Origins::list(const std::vector<std::string>& entries) {
  Listed listed;
  for (const std::string& entry : entries) {
    const http::Uri uri = http::parse_uri(entry);
    if (!uri.host || uri.host->empty()) {
      throw std::invalid_argument(
          "expected an origin with a host, such as https://example.com, "
          "//example.com:8080 or //*.example.com, got \"" +
          entry + "\": correct it in check_origin");
    }
    listed.push_back(uri);
  }
  return Origins(std::move(listed));
}

bool Origins::allow(const http::Request& request,
                    const std::optional<std::string>& url_host) const {
  const auto header = request.header("origin");
  if (!header || std::holds_alternative<Any>(rule_)) return true;
  const http::Uri origin = http::parse_uri(*header);
  if (const Ask* ask = std::get_if<Ask>(&rule_)) return (*ask)(origin);
  if (!origin.host || origin.host->empty()) return false;
  if (const Listed* listed = std::get_if<Listed>(&rule_)) {
    return std::any_of(listed->begin(), listed->end(),
                       [&](const http::Uri& entry) { return entry_matches(origin, entry); });
  }
  if (std::holds_alternative<SameOrigin>(rule_)) {
    return matches_scheme_host_and_port(origin, request);
  }
  if (std::holds_alternative<UrlHost>(rule_) && url_host) return origin.host == *url_host;
  return matches_host(origin, request);
}

}  // namespace phx::transport
