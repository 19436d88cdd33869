#pragma once
/// \file
/// The address of the server under test: `ws://127.0.0.1:4000/socket`, in its parts.

#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

/// A websocket address without a query. The path is the mount, as for phoenix.js.
struct Url {
  std::string host = "127.0.0.1";
  int port = 4000;
  std::string path = "/socket";
  bool secure = false;  ///< `wss`: uses TLS.

  std::string address() const;  ///< What to connect to: the host, an IPv6 address without brackets.
  std::string authority() const;  ///< `127.0.0.1:4000`, for the Host header.
  std::string text() const;       ///< The whole address, as typed.
  std::string origin() const;     ///< `http://127.0.0.1:4000`, or `https://…`.
  /// The same on this port of 127.0.0.1.
  Url on_this_machine(int other_port) const;
};

/// Nothing for anything but `ws://host[:port][/path]`, or the same with `wss`. A trailing slash is
/// dropped.
std::optional<Url> parse_url(std::string_view text);

/// Percent-encodes all but the unreserved characters of RFC 3986.
std::string percent_encoded(std::string_view text);

}  // namespace phx::conformance
