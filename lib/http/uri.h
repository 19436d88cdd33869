#pragma once
/// \file
/// What an origin or an address names: scheme, host and port. Mirrors URI.parse/1.

#include <optional>
#include <string>
#include <string_view>

namespace phx::http {

struct Uri {
  std::optional<std::string> scheme = {};  ///< In lower case.
  std::optional<std::string> host = {};    ///< As it was written; an IPv6 address without brackets.
  std::optional<int> port = {};            ///< The scheme's own where none is named.

  bool operator==(const Uri&) const = default;
};

/// Takes any text: what it can't read it leaves out. `null` has neither scheme nor host.
Uri parse_uri(std::string_view text);

/// 80 for `http`, 443 for `https`; nothing for a scheme without a port of its own.
std::optional<int> default_port(std::string_view scheme);

/// `host:port`, as a Host header has it.
struct Authority {
  std::string host = {};  ///< An IPv6 address without brackets.
  std::optional<int> port = {};
};
Authority parse_authority(std::string_view text);

}  // namespace phx::http
