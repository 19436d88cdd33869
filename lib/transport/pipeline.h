#pragma once
/// \file
/// The steps between an HTTP request for a websocket and an open one: each lets it pass, or
/// answers.
///
/// Mirrors Phoenix.Transports.WebSocket.call/2, in its order: method, query parameters, log,
/// origin, auth token, sub-protocols, connect, the upgrade's own headers, and last Cowboy's
/// extensions. So who asks wrongly *and* may not come in hears that he may not.

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "transport/mount.h"
#include "transport/transport_log.h"
#include "websocket/negotiation.h"

namespace phx::transport {

/// The `:name` parts of a mount's path and what stood there, still percent-encoded.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// One request on its way through.
struct Attempt {
  const http::Request& request;
  const Mount& mount;
  const PathParams path_params;  ///< They win over the query's.
  Context context;
  std::string transport = "websocket";             ///< Or `longpoll`: for who is told.
  const std::optional<std::string> url_host = {};  ///< The endpoint's, for check_origin.

  std::optional<TransportLog> log = {};  ///< Where the mount asks for one.
  Json params = Json::object();
  std::optional<std::string> subprotocol = {};  ///< Chosen for the answer.
  std::optional<std::string> auth_token = {};
  std::optional<websocket::Deflate> deflate = {};  ///< Agreed on.
  Socket socket = {};
};

//! [refusal]
/// Why an attempt ends: the client's answer, and the log's line.
struct Refusal {
  Refusal(http::Response response, std::string reason = "a connection was refused",
          Level grave = Level::info)
      : answer(std::move(response)), why(std::move(reason)), level(grave) {}
  http::Response answer;
  std::string why;  ///< For whoever runs the server: what came, and what to do.
  Level level;
};
/// Nothing: the attempt goes on.
using Verdict = std::optional<Refusal>;
//! [refusal]

/// A name for logs and readers, and what is done.
struct Step {
  const char* name;
  Verdict (*run)(Attempt& attempt);
};

/// The websocket transport's steps, in order.
std::span<const Step> websocket_steps();
/// What each long-poll request passes, in order: query parameters, log, origin.
std::span<const Step> longpoll_steps();
/// What a long-poll session takes to begin: auth token, connect.
std::span<const Step> session_steps();
/// Walks the attempt through; the first refusal ends it, and is logged. \throws whatever connect
/// throws.
std::optional<http::Response> run(std::span<const Step> steps, Attempt& attempt);
/// Writes the log's line of a refusal.
void log_refusal(const Attempt& attempt, const char* step, const Refusal& refusal);

/// All that an open websocket starts from.
struct Upgrade {
  std::shared_ptr<const UserSocket> user;
  Socket socket;
  std::string key;  ///< Sec-WebSocket-Key.
  std::optional<std::string> subprotocol;
  Millis timeout;
  std::size_t max_frame_size;
  std::optional<websocket::Deflate> deflate;
  std::optional<socket::MessageRate> message_rate;
  http::Request::Headers headers =
      {};  ///< For the 101 answer, beside those of the handshake itself.
};

/// Runs the steps. Shard thread. \throws whatever connect throws: answer it 500.
std::variant<Upgrade, http::Response> upgrade(Attempt attempt);

}  // namespace phx::transport
