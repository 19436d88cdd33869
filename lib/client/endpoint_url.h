#pragma once
/// \file
/// The address of a socket, as an application writes it: `wss://example.org/socket`.

#include <cstdint>
#include <string>
#include <string_view>

#include "json/json.h"

namespace phx::client {

struct EndpointUrl {
  bool secure = false;
  std::string host;  ///< An IPv6 address without brackets.
  std::uint16_t port = 80;
  std::string path;   ///< `/socket`, without a slash at its end.
  std::string query;  ///< What was written after `?`; may be empty.

  /// As the Host header has it: without the port if it is the scheme's own.
  std::string authority() const;
  /// `/socket/websocket?…&vsn=2.0.0`: the query as written, then the parameters, then `more`.
  std::string target(std::string_view transport, const Json& params, std::string_view more) const;
};

/// `ws`, `wss`, `http` or `https`; a path that already ends in `/websocket` is taken without it.
/// \throws OptionError that says what was expected.
EndpointUrl parse_endpoint_url(std::string_view url);

/// `a=1&b%5Bc%5D=x+y`: nested objects and arrays as Plug and phoenix.js write them.
std::string encode_query(const Json& params);

/// Everything but letters, digits and `-_.~` as `%41`.
std::string percent_encoded(std::string_view text);

}  // namespace phx::client
