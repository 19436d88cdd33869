#pragma once
/// \file
/// The scheme, host and port in an origin or an address. Mirrors URI.parse/1.

#include <optional>
#include <string>
#include <string_view>

namespace phx::http {

struct Uri {
  std::optional<std::string> scheme = {};  ///< In lower case.
  std::optional<std::string> host = {};    ///< As it was written; an IPv6 address without brackets.
  std::optional<int> port = {};            ///< The scheme's default if none is given.

  bool operator==(const Uri&) const = default;
};

/// Takes any text; parts that it can't parse stay empty. `null` has neither scheme nor host.
Uri parse_uri(std::string_view text);

/// 80 for `http`, 443 for `https`; nothing for a scheme without a default port.
std::optional<int> default_port(std::string_view scheme);

/// `host:port`, as in a Host header.
struct Authority {
  std::string host = {};  ///< An IPv6 address without brackets.
  std::optional<int> port = {};
};
Authority parse_authority(std::string_view text);

}  // namespace phx::http
