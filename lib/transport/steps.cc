/// The order of the steps, and the steps of a line or two.

#include "transport/steps.h"

#include <array>

#include "http/query.h"

namespace phx::transport {
namespace steps {

Verdict only_get(Attempt& attempt) {
  if (attempt.request.method == "GET") return {};
  return Refusal{http::Response{400}};
}

Verdict fetch_query_params(Attempt& attempt) try {
  attempt.params = http::parse_query(attempt.request.query());
  return {};
} catch (const http::BadQuery& bad) {
  return Refusal{http::rendered_error(400), bad.what()};
}

Verdict transport_log(Attempt& attempt) {
  if (!attempt.mount.transport_log) return {};
  attempt.log.emplace(attempt.context.scheduler->log(), *attempt.mount.transport_log,
                      attempt.request);
  return {};
}

//! [check_origin]
Verdict check_origin(Attempt& attempt) {
  const http::Request& request = attempt.request;
  if (attempt.mount.check_origin.allow(request, attempt.url_host)) return {};
  constexpr std::size_t enough = 200;  // bytes of what the client sent: keeps the log line short
  return Refusal{http::Response{403},
                 "a page from \"" + std::string(request.header("origin")->substr(0, enough)) +
                     "\" may not connect; to allow it, add its origin to the mount's "
                     "check_origin, or make its host the endpoint's url_host",
                 Level::error};
}
//! [check_origin]

Verdict auth_token_header(Attempt& attempt) {
  if (!attempt.mount.auth_token) return {};
  if (const auto token = attempt.request.header("x-phoenix-authtoken")) attempt.auth_token = *token;
  return {};
}

Verdict agree_on_extensions(Attempt& attempt) {
  if (!attempt.request.header("sec-websocket-extensions")) return {};
  const auto items = attempt.request.list("sec-websocket-extensions");
  if (items.empty()) return Refusal{http::Response{400}};
  for (const std::string& item : items) {
    const auto offer = websocket::parse_extension(item);
    if (!offer) return Refusal{http::Response{400}};
    if (!attempt.mount.websocket->compress) continue;
    if (!attempt.deflate) attempt.deflate = websocket::agree_on(*offer);
  }
  return {};
}

}  // namespace steps

//! [websocket_steps]
std::span<const Step> websocket_steps() {
  static constexpr std::array<Step, 8> order{{{"method", steps::only_get},
                                              {"query parameters", steps::fetch_query_params},
                                              {"log", steps::transport_log},
                                              {"origin", steps::check_origin},
                                              {"sub-protocols", steps::check_subprotocols},
                                              {"connect", steps::connect},
                                              {"upgrade headers", steps::check_upgrade_headers},
                                              {"extensions", steps::agree_on_extensions}}};
  return order;
}
//! [websocket_steps]

std::span<const Step> longpoll_steps() {
  static constexpr std::array<Step, 3> order{{{"query parameters", steps::fetch_query_params},
                                              {"log", steps::transport_log},
                                              {"origin", steps::check_origin}}};
  return order;
}

std::span<const Step> connect_steps() {
  static constexpr std::array<Step, 2> order{
      {{"auth token", steps::auth_token_header}, {"connect", steps::connect}}};
  return order;
}

}  // namespace phx::transport
