#pragma once
/// \file
/// Which pages may connect. Mirrors Phoenix.Socket.Transport.check_origin/4.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phx::transport {

/// The pages' hosts that a mount accepts.
class Origins {
 public:
  /// Pages from anywhere.
  static Origins any() { return Origins(Kind::any, {}); }
  /// Pages from the host that the request itself names.
  static Origins same_host() { return Origins(Kind::same_host, {}); }
  /// Pages from these hosts, by any scheme and port, letter case included.
  static Origins hosts(std::vector<std::string> hosts) {
    return Origins(Kind::listed, std::move(hosts));
  }

  /// `host` is the request's own. A request without an Origin is no page's, and passes.
  bool allow(std::optional<std::string_view> origin, std::optional<std::string_view> host) const;

 private:
  enum class Kind { any, same_host, listed };
  Origins(Kind kind, std::vector<std::string> hosts) : kind_(kind), hosts_(std::move(hosts)) {}

  Kind kind_;
  std::vector<std::string> hosts_;
};

/// The host of `http://user@host:port/path` or `//host`; empty for what has none, such as `null`.
std::string_view host_of(std::string_view uri);

}  // namespace phx::transport
