#pragma once
/// \file
/// The steps between an HTTP request for a websocket and an open one: each lets it pass, or
/// answers.
///
/// Mirrors Phoenix.Transports.WebSocket.call/2, in its order: method, query parameters, origin,
/// sub-protocols, connect, the upgrade's own headers, and last Cowboy's extensions. So who asks
/// wrongly *and* may not come in hears that he may not.

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "transport/deflate.h"
#include "transport/mount.h"

namespace phx::transport {

/// The `:name` parts of a mount's path and what stood there, still percent-encoded.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// One request on its way through.
struct Attempt {
  const Request& request;
  const Mount& mount;
  const PathParams path_params;  ///< They win over the query's.
  House house;
  std::string transport = "websocket";  ///< Or `longpoll`: for who is told.

  Json params = Json::object();
  std::optional<std::string> subprotocol = {};  ///< Chosen for the answer.
  std::optional<std::string> auth_token = {};
  std::optional<Deflate> deflate = {};  ///< Agreed on.
  Socket socket = {};
};

/// A name for logs and readers, and what is done: nothing, or the answer that ends the attempt.
struct Step {
  const char* name;
  std::optional<Response> (*run)(Attempt& attempt);
};

/// The websocket transport's steps, in order.
std::span<const Step> websocket_steps();
/// What a long-poll session takes to begin: query parameters, auth token, connect.
std::span<const Step> session_steps();
/// Walks the attempt through; the first answer ends it. \throws whatever connect throws.
std::optional<Response> run(std::span<const Step> steps, Attempt& attempt);

/// What Phoenix renders for an exception: `{"errors":{"detail":"Bad Request"}}` for 400.
Response rendered_error(int status);

/// All that an open websocket starts from.
struct Upgrade {
  std::shared_ptr<const UserSocket> user;
  Socket socket;
  std::string key;  ///< Sec-WebSocket-Key.
  std::optional<std::string> subprotocol;
  Millis timeout;
  std::size_t max_frame_size;
  std::optional<Deflate> deflate;
};

/// Runs the steps. Shard thread. \throws whatever connect throws: answer it 500.
std::variant<Upgrade, Response> upgrade(Attempt attempt);

}  // namespace phx::transport
