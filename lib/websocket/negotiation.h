#pragma once
/// \file
/// Which of a client's offers to compress is taken, and what it is answered (RFC 7692, 7.1).
///
///     permessage-deflate; client_max_window_bits      what browsers offer
///     permessage-deflate; client_max_window_bits=15   what they are answered

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::websocket {

/// One item of Sec-WebSocket-Extensions: `name; parameter; parameter=value`.
struct Extension {
  std::string name;  ///< As it came, like the parameters' names: their case counts, as on Cowboy.
  std::vector<std::pair<std::string, std::optional<std::string>>> parameters = {};

  bool operator==(const Extension&) const = default;
};
/// Nothing where the item is not of that form.
std::optional<Extension> parse_extension(std::string_view item);

/// How one connection compresses.
struct Deflate {
  int server_window_bits = 15;  ///< 8 to 15: how far back, as a power of two, we may refer.
  /// The client's messages may refer to earlier ones of its own. (Ours never do, which is allowed
  /// without a word.)
  bool client_takes_over = true;
  /// As an answer has them: `; client_max_window_bits=15`, or nothing.
  std::string parameters = {};

  bool operator==(const Deflate&) const = default;
};
/// What to agree on, or nothing where the offer is another extension's or can't be kept.
/// Answers with Cowboy's parameters in Cowboy's order: mirrors
/// cow_ws:negotiate_permessage_deflate/3.
std::optional<Deflate> agree_on(const Extension& offer);

}  // namespace phx::websocket
