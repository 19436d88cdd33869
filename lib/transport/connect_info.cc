/// Collects from a request only what the mount asks for.

#include "transport/connect_info.h"

#include <map>

namespace phx::transport {
namespace {

/// Joins repeated headers and sorts all of them by name, as Cowboy does.
ConnectInfo::Headers joined_headers(const http::Request& request, auto&& wanted) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : request.headers) {
    if (!wanted(name)) continue;
    const auto [place, fresh] = joined.emplace(name, value);
    if (!fresh) place->second += ", " + value;
  }
  return {joined.begin(), joined.end()};
}

ConnectInfo::Headers headers_with(const http::Request& request, std::string_view prefix) {
  return joined_headers(request, [&](const std::string& name) { return name.starts_with(prefix); });
}

bool is_trace_context(const std::string& name) {
  return name == "traceparent" || name == "tracestate";
}

std::optional<Json> session(const Attempt& attempt) {
  const ConnectInfoKeys& keys = attempt.mount.connect_info;
  if (!keys.session) return std::nullopt;
  return keys.check_csrf ? keys.session->read_checked(attempt.request, attempt.params)
                         : keys.session->read(attempt.request);
}

}  // namespace

ConnectInfo connect_info(const Attempt& attempt) {
  const http::Request& request = attempt.request;
  const ConnectInfoKeys& keys = attempt.mount.connect_info;
  ConnectInfo info;
  if (keys.peer_data) info.peer_data = ConnectInfo::Peer{request.peer, request.peer_port};
  if (keys.uri) {
    info.uri =
        request.scheme + "://" + std::string(request.header("host").value_or("")) + request.target;
  }
  if (keys.user_agent && request.header("user-agent"))
    info.user_agent = *request.header("user-agent");
  if (keys.x_headers) info.x_headers = headers_with(request, "x-");
  if (keys.sec_websocket_headers) {
    info.sec_websocket_headers = headers_with(request, "sec-websocket-");
  }
  if (keys.trace_context_headers) {
    info.trace_context_headers = joined_headers(request, is_trace_context);
  }
  info.session = session(attempt);
  info.auth_token = attempt.auth_token;
  return info;
}

}  // namespace phx::transport
