#pragma once
/// \file
/// Which pages may connect. Mirrors Phoenix.Socket.Transport.check_origin/4.
///
///     mount.check_origin = Origins::list({"https://example.com", "//*.example.org:8443"});
///
/// A request without an Origin header does not come from a page, and always passes.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/request.h"
#include "http/uri.h"

namespace phx::transport {

/// The origins that a mount accepts. Each form names its `check_origin` in Phoenix.
class Origins {
 public:
  using Ask = std::function<bool(const http::Uri& origin)>;

  /// `false`: pages from anywhere.
  static Origins any() { return Origins(Any{}); }
  /// `true`: pages from the endpoint's url host, with any scheme and port; letter case matters. If
  /// the endpoint has none, the same as same_host().
  static Origins url_host() { return Origins(UrlHost{}); }
  /// Pages from the host in the request's own Host header, with any scheme and port. Not in
  /// Phoenix.
  static Origins same_host() { return Origins(SameHost{}); }
  /// `:conn`: pages from the scheme, host and port of the request itself.
  static Origins same_origin() { return Origins(SameOrigin{}); }
  /// A list. `//example.com` allows any scheme and port; `https://example.com` and
  /// `//example.com:8080` allow what they name, and a scheme implies its port; `//*.example.com`
  /// allows example.com and all its subdomains. \throws std::invalid_argument for an entry without
  /// a host.
  static Origins list(const std::vector<std::string>& entries);
  /// A function of the application's, also called for an origin without a host: `null`. Called on
  /// any shard's thread, and on several at once.
  static Origins ask(Ask ask) { return Origins(std::move(ask)); }

  /// `url_host` is the endpoint's.
  bool allow(const http::Request& request, const std::optional<std::string>& url_host = {}) const;
  /// Whether pages from anywhere may connect.
  bool allow_any() const { return std::holds_alternative<Any>(rule_); }
  /// Whether a request's own Host decides, as the endpoint's url_host is not set.
  bool trust_host(const std::optional<std::string>& url_host) const {
    return std::holds_alternative<SameHost>(rule_) ||
           (std::holds_alternative<UrlHost>(rule_) && !url_host);
  }

 private:
  struct Any {};
  struct UrlHost {};
  struct SameHost {};
  struct SameOrigin {};
  using Listed = std::vector<http::Uri>;
  using Rule = std::variant<Any, UrlHost, SameHost, SameOrigin, Listed, Ask>;
  explicit Origins(Rule rule) : rule_(std::move(rule)) {}

  Rule rule_;
};

}  // namespace phx::transport
