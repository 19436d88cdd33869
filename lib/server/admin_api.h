#pragma once
/// \file
/// Broadcasts, disconnects and presences by HTTP, for programs in any language: on the admin port.
///
///     phx::ServerOptions options;
///     options.admin = phx::AdminOptions{.port = 9000};
///     options.admin->api = std::make_shared<phx::AdminApi>(
///         endpoint, phx::AdminApiOptions{.token = token, .presence = &presence});
///
/// `GET /openapi.json` describes each path's requests and answers, as does docs/openapi.json.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "dashboard/dashboard.h"
#include "endpoint/endpoint.h"
#include "http/request.h"
#include "socket/rate.h"

namespace phx {

struct AdminApiOptions {
  /// The token of `Authorization: Bearer …`: at least 20 bytes.
  std::string token;
  std::size_t max_body = 1'000'000;  ///< Bytes of a request's body; above: 413.
  /// The rate of requests with the token; above: 429.
  socket::MessageRate rate{.per_second = 1'000, .burst = 1'000};
  /// The presence that `GET /presence/TOPIC` lists; without one it answers 404. Outlives the
  /// server.
  const Presence* presence = nullptr;
  /// Its page is served at `/dashboard`, and its data below that; without one they answer 404.
  /// Outlives the server.
  Dashboard* dashboard = nullptr;
};

/// One thread at a time. Neither copied nor moved.
class AdminApi {
 public:
  /// `endpoint` outlives it. \throws OptionError for a token that is too short.
  AdminApi(const Endpoint& endpoint, AdminApiOptions options);
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  /// Nothing for a path of another handler.
  std::optional<Endpoint::Outcome> answer(const http::Request& request, Clock::time_point now);
  std::size_t max_body() const { return options_.max_body; }

  /// The OpenAPI document.
  static std::string_view description();

 private:
  http::Response broadcast(const http::Request& request) const;
  http::Response disconnect(const http::Request& request) const;
  http::Response presence(const http::Request& request) const;
  void admit(const http::Request& request, Clock::time_point now);
  bool authorized(const http::Request& request) const;
  http::Response carry(std::string_view topic, std::string_view event, Payload payload) const;

  const Endpoint& endpoint_;
  const AdminApiOptions options_;
  socket::RateLimit rate_;
};

}  // namespace phx
