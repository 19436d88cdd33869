#pragma once
/// \file
/// A socket's place in an endpoint: its path, who answers for it, and what it allows.

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
#include "tokens/session.h"
#include "transport/origin.h"

namespace phx::transport {

/// The answer to a connection that connect rejected with a reason.
using ErrorHandler = std::function<http::Response(const std::string& reason)>;

struct WebsocketOptions {
  std::string path = "/websocket";  ///< Behind the mount's own path; `/` adds nothing to it.
  Millis timeout{60'000};           ///< Without a byte from the client for so long, it is closed.
  std::size_t max_frame_size = 8'000'000;      ///< Bytes of one message, put together.
  std::vector<std::string> subprotocols = {};  ///< In the server's order of preference.
  bool compress = false;  ///< Speak permessage-deflate (RFC 7692) with clients that offer it.
};

struct LongpollOptions {
  std::string path = "/longpoll";  ///< Behind the mount's own path; `/` adds nothing to it.
  Millis window{10'000};  ///< A poll that has nothing to tell is answered after so long: window_ms.
  std::size_t max_waiting_frames = 10'000;         ///< In one session; one more ends it.
  std::size_t max_waiting_bytes = 32 * 1'048'576;  ///< Of those frames; above, the session ends.
  /// Whether a session's token counts only at the mount, and under the parameters of its path,
  /// where the session began. In Phoenix it counts at every mount of the endpoint. Unless set:
  /// where the mount takes auth tokens.
  std::optional<bool> bind_session = {};
};

/// What connect is told of a client: only what is asked for is collected. Mirrors `connect_info`.
struct ConnectInfoKeys {
  bool peer_data = false;
  bool uri = false;
  bool user_agent = false;
  bool x_headers = false;
  bool trace_context_headers = false;
  bool sec_websocket_headers = false;
  std::shared_ptr<const tokens::SessionCookie> session = nullptr;  ///< `session: @session_options`
  bool check_csrf = true;  ///< The session only for a page that knows its `_csrf_token`.
};

/// `socket("/tenant/:tenant/socket", UserSocket, websocket: […], longpoll: […])` of a Phoenix
/// endpoint. What both transports share stands once; where they must differ, mount the path twice,
/// with one transport each.
struct Mount {
  std::string path;  ///< A part `:name` takes any one segment, and makes it a parameter.
  std::shared_ptr<const UserSocket> socket;
  std::optional<WebsocketOptions> websocket = WebsocketOptions{};
  std::optional<LongpollOptions> longpoll = {};  ///< Off unless asked for.

  Origins check_origin = Origins::url_host();
  ConnectInfoKeys connect_info = {};
  /// Take a token from the sub-protocol header (websocket) or x-phoenix-authtoken: Phoenix 1.8.
  bool auth_token = false;
  /// Instead of those that the socket itself offers: `serializer: […]`.
  std::optional<std::vector<serializer::Offer>> serializers = {};
  /// Who sends more messages is closed with 1008, or his long-poll session ends; pings and pongs
  /// are not counted. Off unless asked for, as Phoenix has no such limit.
  std::optional<socket::MessageRate> message_rate = {};
  /// Each request is logged at this level, when it comes and when it is answered.
  std::optional<Level> transport_log = {};
  /// Long-poll does not ask it: there a refusal is always 403.
  ErrorHandler error_handler = [](const std::string&) { return http::Response{403}; };
  /// How its connections are sent home when the server stops. Of one user socket's mounts the first
  /// one's counts.
  socket::DrainOptions drainer = {};
};

/// The versions of the wire that are spoken there, in the server's order of preference.
std::span<const serializer::Offer> offers(const Mount& mount);

}  // namespace phx::transport
