#pragma once
/// \file
/// Chooses one of a client's offers of compression, and answers it (RFC 7692, 7.1).
///
///     permessage-deflate; client_max_window_bits      what browsers offer
///     permessage-deflate; client_max_window_bits=15   what we answer

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::websocket {

/// One item of Sec-WebSocket-Extensions: `name; parameter; parameter=value`.
struct Extension {
  std::string name;  ///< As it came, like the parameters' names: case matters, as on Cowboy.
  std::vector<std::pair<std::string, std::optional<std::string>>> parameters = {};

  bool operator==(const Extension&) const = default;
};
/// Nothing if the item is not of that form.
std::optional<Extension> parse_extension(std::string_view item);

/// How one connection compresses.
struct DeflateParameters {
  int server_window_bits = 15;  ///< 8 to 15: we refer back 2 to this power of bytes at most.
  /// The client's messages may refer to its earlier ones. (Ours never do, which needs no
  /// agreement.)
  bool client_takes_over = true;
  /// As in the answer: `; client_max_window_bits=15`, or empty.
  std::string parameters = {};

  bool operator==(const DeflateParameters&) const = default;
};
/// What to agree on; nothing if the offer is another extension's or can't be honoured. Answers with
/// Cowboy's parameters in Cowboy's order: mirrors cow_ws:negotiate_permessage_deflate/3.
std::optional<DeflateParameters> agree_on(const Extension& offer);

}  // namespace phx::websocket
