/// The pipeline's steps, one small function each.

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "serializer/scanner.h"
#include "socket/events.h"
#include "socket/handler.h"
#include "transport/pipeline.h"
#include "transport/query.h"

namespace phx::transport {
namespace {

using Answer = std::optional<Response>;

Answer only_get(Attempt& attempt) {
  if (attempt.request.method == "GET") return {};
  return Response{400};
}

Answer fetch_query_params(Attempt& attempt) try {
  attempt.params = parse_query(attempt.request.query());
  return {};
} catch (const BadQuery&) {
  return rendered_error(400);
}

Answer check_origin(Attempt& attempt) {
  const Request& request = attempt.request;
  const Origins& origins = attempt.mount.check_origin;
  if (origins.allow(request.header("origin"), request.header("host"))) return {};
  return Response{403};
}

/// phoenix.js offers `phoenix, base64url.bearer.phx.TOKEN`: the second is no sub-protocol at all.
/// Mirrors maybe_auth_token_from_header/2.
Answer take_auth_token(Attempt& attempt, std::vector<std::string>& offered) {
  constexpr std::string_view prefix = "base64url.bearer.phx.";
  const auto bearer = std::find_if(offered.begin(), offered.end(),
                                   [&](const std::string& o) { return o.starts_with(prefix); });
  if (bearer == offered.end()) return {};
  std::string encoded = bearer->substr(prefix.size());
  while (encoded.size() % 4 != 0) encoded += '=';
  attempt.auth_token = base64::decode(encoded);
  offered.erase(bearer);
  if (!attempt.auth_token) return rendered_error(500);
  return {};
}

Answer check_subprotocols(Attempt& attempt) {
  std::vector<std::string> offered = attempt.request.list("sec-websocket-protocol");
  std::vector<std::string> spoken = attempt.mount.websocket->subprotocols;
  if (attempt.mount.auth_token) {
    if (Answer answer = take_auth_token(attempt, offered)) return answer;
    spoken.push_back("phoenix");
  }
  if (spoken.empty() || offered.empty()) return {};
  for (const std::string& ours : spoken) {
    if (std::find(offered.begin(), offered.end(), ours) == offered.end()) continue;
    attempt.subprotocol = ours;
    return {};
  }
  return Response{403};
}

/// A long-poll client has a header to itself for it.
Answer auth_token_header(Attempt& attempt) {
  if (!attempt.mount.auth_token) return {};
  if (const auto token = attempt.request.header("x-phoenix-authtoken")) attempt.auth_token = *token;
  return {};
}

/// Repeated headers are joined, and all sorted by name: as Cowboy hands them on.
ConnectInfo::Headers joined_headers(const Request& request, auto&& wanted) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : request.headers) {
    if (!wanted(name)) continue;
    const auto [place, fresh] = joined.emplace(name, value);
    if (!fresh) place->second += ", " + value;
  }
  return {joined.begin(), joined.end()};
}

ConnectInfo connect_info(const Attempt& attempt) {
  const Request& request = attempt.request;
  ConnectInfo info;
  info.peer = request.peer;
  info.uri = "http://" + std::string(request.header("host").value_or("")) + request.target;
  if (const auto agent = request.header("user-agent")) info.user_agent = *agent;
  info.x_headers =
      joined_headers(request, [](const std::string& name) { return name.starts_with("x-"); });
  info.trace_context_headers = joined_headers(request, [](const std::string& name) {
    return name == "traceparent" || name == "tracestate";
  });
  info.auth_token = attempt.auth_token;
  return info;
}

/// Asks the user socket, and tells what it said.
ConnectResult ask(Attempt& attempt, const std::string& vsn) {
  const UserSocket& user = *attempt.mount.socket;
  const telemetry::Span span = attempt.house.telemetry->span<SocketConnected>();
  const ConnectInfo info = connect_info(attempt);
  ConnectResult result = user.connect({attempt.params, info}, attempt.socket);
  if (!span) return result;
  const auto status =
      std::holds_alternative<Accepted>(result) ? serializer::Status::ok : serializer::Status::error;
  attempt.house.telemetry->execute(
      SocketConnected{span.duration(), attempt.transport, vsn, attempt.socket.serializer(),
                      attempt.params, status, info, user, attempt.mount.path, user.log()});
  return result;
}

Answer connect(Attempt& attempt) {
  const UserSocket& user = *attempt.mount.socket;
  for (const auto& [name, value] : attempt.path_params) {
    if (!serializer::is_utf8(value)) return rendered_error(400);
    attempt.params.set(name, value);
  }
  // A `vsn[]=` is no version either, and is refused like one that nobody speaks.
  const Json given = attempt.params.has("vsn") ? attempt.params["vsn"] : Json("1.0.0");
  const std::string vsn = given.string_or("");
  const serializer::Serializer* serializer = serializer::negotiate(user.serializers(), vsn);
  if (serializer == nullptr) return Response{403};
  attempt.socket = Socket(attempt.house, *serializer);
  const ConnectResult result = ask(attempt, vsn);
  if (const auto* rejected = std::get_if<Rejected>(&result)) {
    if (rejected->reason.empty()) return Response{403};
    return attempt.mount.error_handler(rejected->reason);
  }
  attempt.socket.id = user.id(attempt.socket).value_or("");
  return {};
}

Response refused_upgrade(std::string sentence) { return {400, std::move(sentence)}; }

/// A list of header values as the framework prints it: `["a", "b"]`.
std::string shown(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + Json(value).dump();
  return "[" + text + "]";
}

bool names(const std::vector<std::string>& values, std::string_view wanted) {
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& value) { return to_lower(value) == wanted; });
}

/// Mirrors WebSockAdapter.UpgradeValidation, down to the sentences.
Answer check_upgrade_headers(Attempt& attempt) {
  const Request& request = attempt.request;
  if (request.version < 11) return refused_upgrade("HTTP version HTTP/1.0 unsupported");
  if (!request.header("host")) return refused_upgrade("'host' header is absent");
  const auto connection = request.list("connection");
  if (!names(connection, "upgrade")) {
    return refused_upgrade("'connection' header must contain 'upgrade', got " + shown(connection));
  }
  const auto upgrade = request.list("upgrade");
  if (!names(upgrade, "websocket")) {
    return refused_upgrade("'upgrade' header must contain 'websocket', got " + shown(upgrade));
  }
  if (!request.header("sec-websocket-key")) {
    return refused_upgrade("'sec-websocket-key' header is absent");
  }
  // Phoenix looks at no key; libwebsockets drops the connection over one of these.
  const std::size_t key_size = request.header("sec-websocket-key")->size();
  if (key_size == 0 || key_size > 127) {
    return refused_upgrade("'sec-websocket-key' header must have 1 to 127 bytes, got " +
                           std::to_string(key_size));
  }
  const auto version = request.list("sec-websocket-version");
  if (version != std::vector<std::string>{"13"}) {
    return refused_upgrade("'sec-websocket-version' header must equal '13', got " + shown(version));
  }
  return {};
}

/// The first offer that can be kept. A header that is none is refused, as Cowboy refuses it.
Answer agree_on_extensions(Attempt& attempt) {
  if (!attempt.mount.websocket->compress) return {};
  for (const std::string& item : attempt.request.list("sec-websocket-extensions")) {
    const auto offer = parse_extension(item);
    if (!offer) return Response{400};
    if (!attempt.deflate) attempt.deflate = agree_on(*offer);
  }
  return {};
}

}  // namespace

std::span<const Step> websocket_steps() {
  static constexpr std::array<Step, 7> steps{{{"method", only_get},
                                              {"query parameters", fetch_query_params},
                                              {"origin", check_origin},
                                              {"sub-protocols", check_subprotocols},
                                              {"connect", connect},
                                              {"upgrade headers", check_upgrade_headers},
                                              {"extensions", agree_on_extensions}}};
  return steps;
}

std::span<const Step> session_steps() {
  static constexpr std::array<Step, 3> steps{{{"query parameters", fetch_query_params},
                                              {"auth token", auth_token_header},
                                              {"connect", connect}}};
  return steps;
}

}  // namespace phx::transport
