#pragma once
/// \file
/// The steps from an HTTP request to an open websocket: each lets the request pass, or refuses it.
///
/// Mirrors Phoenix.Transports.WebSocket.call/2, in its order: method, query parameters, log,
/// origin, auth token, sub-protocols, connect, the upgrade's own headers, and last Cowboy's
/// extensions. So a request that is both malformed and forbidden is refused as forbidden.

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "transport/mount.h"
#include "transport/transport_log.h"
#include "websocket/negotiation.h"

namespace phx::transport {

/// The `:name` parts of a mount's path and their values, still percent-encoded.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// One request on its way through the steps.
struct Attempt {
  const http::Request& request;
  const Mount& mount;
  const PathParams path_params;  ///< They override the query's.
  const Context& context;
  std::string transport = "websocket";             ///< Or `longpoll`: for telemetry.
  const std::optional<std::string> url_host = {};  ///< The endpoint's, for check_origin.

  std::optional<TransportLog> log = {};  ///< If the mount asks for one.
  Json params = Json::object();
  std::optional<std::string> subprotocol = {};  ///< The one in the answer.
  std::optional<std::string> auth_token = {};
  std::optional<websocket::DeflateParameters> deflate = {};  ///< As negotiated.
  Socket socket = {};
};

//! [refusal]
/// Why an attempt is refused: the client's answer, and a line for the log.
struct Refusal {
  Refusal(http::Response response, std::string reason = "a connection was refused",
          Level grave = Level::info)
      : answer(std::move(response)), why(std::move(reason)), level(grave) {}
  http::Response answer;
  std::string why;  ///< For the operator: what came, and what to do.
  Level level;
};
/// Empty: the attempt goes on.
using Verdict = std::optional<Refusal>;
//! [refusal]

/// A step's name, for logs and readers, and its function.
struct Step {
  const char* name;
  Verdict (*run)(Attempt& attempt);
};

/// The websocket transport's steps, in order.
std::span<const Step> websocket_steps();
/// The steps of each long-poll request, in order: query parameters, log, origin.
std::span<const Step> longpoll_steps();
/// The steps that begin a long-poll session: auth token, connect.
std::span<const Step> connect_steps();
/// Runs the steps in order; the first refusal ends the attempt, and is logged. \throws whatever
/// connect throws.
std::optional<http::Response> run(std::span<const Step> steps, Attempt& attempt);
/// Logs a refusal.
void log_refusal(const Attempt& attempt, const char* step, const Refusal& refusal);

/// Everything an open websocket starts with.
struct Upgrade {
  Socket socket;
  std::string key;  ///< Sec-WebSocket-Key.
  std::optional<std::string> subprotocol;
  Millis timeout;
  std::optional<websocket::DeflateParameters> deflate;
  const Mount* mount;                   ///< The endpoint's, which outlives all its connections.
  http::Request::Headers headers = {};  ///< For the 101 answer, besides the handshake's own.
};

/// Runs the steps. Shard thread. \throws whatever connect throws; answer 500 then.
std::variant<Upgrade, http::Response> upgrade(Attempt attempt);

}  // namespace phx::transport
