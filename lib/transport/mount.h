#pragma once
/// \file
/// Where an endpoint mounts a socket: its path, its user socket, and its options.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "http/request.h"
#include "socket/drainer.h"
#include "socket/rate.h"
#include "tokens/session_cookie.h"
#include "transport/origin.h"

namespace phx::transport {

/// Makes the answer when connect rejects a client with a reason.
using ErrorHandler = std::function<http::Response(const std::string& reason)>;

struct WebsocketOptions {
  std::string path = "/websocket";  ///< Appended to the mount's path; `/` appends nothing.
  Millis timeout{60'000};           ///< Closes after this long without a client's byte.
  /// Bytes of one message, fragments joined.
  std::size_t max_frame_size = 1'000'000;
  /// From a message's first byte to its last; then it is closed with 1008.
  Millis message_patience{60'000};
  std::vector<std::string> subprotocols = {};  ///< In the server's order of preference.
  bool compress = false;  ///< Speak permessage-deflate (RFC 7692) with clients that offer it.
};

struct LongpollOptions {
  std::string path = "/longpoll";  ///< Appended to the mount's path; `/` appends nothing.
  Millis window{10'000};           ///< A poll without messages is answered after this: window_ms.
  std::size_t max_waiting_frames = 10'000;         ///< Per session; one more ends it.
  std::size_t max_waiting_bytes = 32 * 1'048'576;  ///< Of those frames; more end the session.
  /// Whether a session's token is valid only at the mount, and with the path parameters, where it
  /// began. In Phoenix it is valid at every mount of the endpoint. Unset: true if the mount takes
  /// auth tokens.
  std::optional<bool> bind_session = {};
};

/// What to collect about a client for connect. Mirrors `connect_info`.
struct ConnectInfoKeys {
  bool peer_data = false;
  bool uri = false;
  bool user_agent = false;
  bool x_headers = false;
  bool trace_context_headers = false;
  bool sec_websocket_headers = false;
  std::shared_ptr<const tokens::SessionCookie> session = nullptr;  ///< `session: @session_options`
  bool check_csrf = true;  ///< Give the session only to a page that sends its `_csrf_token`.
};

/// `socket("/tenant/:tenant/socket", UserSocket, websocket: […], longpoll: […])` of a Phoenix
/// endpoint. Options of both transports appear once; if they must differ, mount the path twice,
/// with one transport each.
struct Mount {
  std::string path;  ///< A `:name` matches any one segment and makes it a parameter.
  std::shared_ptr<const UserSocket> socket;
  std::optional<WebsocketOptions> websocket = WebsocketOptions{};
  std::optional<LongpollOptions> longpoll = {};  ///< Off by default.

  Origins check_origin = Origins::url_host();
  ConnectInfoKeys connect_info = {};
  /// Accept a token in the sub-protocol header (websocket) or x-phoenix-authtoken: Phoenix 1.8.
  bool auth_token = false;
  /// Overrides the socket's own serializers: `serializer: […]`.
  std::optional<std::vector<serializer::Offer>> serializers = {};
  /// A client that sends more messages is closed with 1008, or its long-poll session ends; pings
  /// and pongs don't count. Not in Phoenix. Empty for no limit.
  std::optional<socket::MessageRate> message_rate = socket::MessageRate{1'000, 10'000};
  /// A websocket's client that sends more bytes is read more slowly; a long-poll session ends. Not
  /// in Phoenix. Empty for no limit.
  std::optional<socket::ByteRate> byte_rate = socket::ByteRate{1'000'000, 8'000'000};
  /// Log each request at this level, when it comes and when it is answered.
  std::optional<Level> transport_log = {};
  /// Not called for long-poll, where a refusal is always 403.
  ErrorHandler error_handler = [](const std::string&) { return http::Response{403}; };
  /// How connections are drained when the server stops. If a user socket has several mounts, the
  /// first one's counts.
  socket::DrainOptions drainer = {};
};

/// The serializers that the mount offers, in the server's order of preference.
std::span<const serializer::Offer> offers(const Mount& mount);

}  // namespace phx::transport
