/// The contract's connect parameters and mounts.

#include "conformance/server/user_socket.h"

#include <stdexcept>

#include "conformance/server/bench_channel.h"
#include "conformance/server/conformance_channel.h"
#include "conformance/server/presence_channel.h"
#include "conformance/server/realtime/realtime.h"
#include "conformance/server/room_channel.h"
#include "serializer/scanner.h"

namespace phx::contract {
namespace {

/// A header may hold any bytes, JSON only text.
void append(std::string& text, const std::string& value) {
  serializer::append_quoted(text, serializer::is_utf8(value) ? value : "(not UTF-8)");
}

void append(std::string& text, const ConnectInfo::Headers& headers) {
  text += '[';
  for (const auto& [name, value] : headers) {
    text += text.ends_with('[') ? "[" : ",[";
    append(text, name);
    text += ',';
    append(text, value);
    text += ']';
  }
  text += ']';
}

/// What there is, as the text of a JSON object: a tree would take a kilobyte for every idle
/// connection, and building it a fifth of what a connection costs.
std::string as_text(const Connect& connect) {
  const ConnectInfo& info = connect.info;
  constexpr std::size_t usual = 256;
  std::string text;
  text.reserve(usual);
  text += R"({"params":)";
  text += connect.params.dump();
  append(text += R"(,"peer":)", info.peer_data->address);
  append(text += R"(,"uri":)", *info.uri);
  if (info.auth_token) append(text += R"(,"auth_token":)", *info.auth_token);
  if (info.user_agent) append(text += R"(,"user_agent":)", *info.user_agent);
  const auto append_any = [&](std::string_view name, const ConnectInfo::Headers& headers) {
    if (!headers.empty()) append(text += name, headers);
  };
  append_any(R"(,"trace_context_headers":)", info.trace_context_headers);
  append_any(R"(,"x_headers":)", info.x_headers);
  return text += '}';
}

http::Response handle_error(const std::string& reason) {
  if (reason == "expired") return {401, "expired"};
  return {403};
}

}  // namespace

UserSocket::UserSocket(Presence& presence) {
  channel<RoomChannel>("room:*");
  channel<ConformanceChannel>("conformance:*");
  channel<BenchChannel>("bench:*");
  channel("presence:*", [&presence] { return std::make_unique<PresenceChannel>(presence); });
}

ConnectResult UserSocket::connect(Connect connect, Socket& socket) const {
  const std::string token = connect.params["token"].string_or("");
  if (token == "reject") return Rejected{};
  if (token == "expired" || token == "banned") return Rejected{token};
  if (token == "raise") throw std::runtime_error("connect raised, as it was asked to");
  const Json user = connect.params["user_id"];
  if (user.is_string()) socket.assigns["user_id"] = user;
  socket.assigns["connect_info"] = as_text(connect);
  return Accepted{};
}

std::optional<std::string> UserSocket::id(const Socket& socket) const {
  const Json user = socket.assign("user_id");
  if (user.is_null()) return std::nullopt;
  return "users_socket:" + user.string_or("");
}

transport::Mount base_mount() {
  transport::Mount base{"/", nullptr};
  base.longpoll = transport::LongpollOptions{};
  // What rules and measurements need; a chat needs less.
  base.websocket->max_frame_size = 8'000'000;
  base.message_rate.reset();
  base.byte_rate.reset();
  base.check_origin = transport::Origins::list({"//localhost"});
  base.connect_info = {.peer_data = true,
                       .uri = true,
                       .user_agent = true,
                       .x_headers = true,
                       .trace_context_headers = true};
  base.error_handler = handle_error;
  return base;
}

void mount_all(Endpoint& endpoint, Presence& presence,
               std::optional<std::vector<serializer::Offer>> serializers,
               const transport::Mount& base, const SocketLimits& limits) {
  const auto user = std::make_shared<Limited<UserSocket>>(limits, presence);
  const auto mount = [&](const char* path, auto&& change) {
    transport::Mount made = base;
    made.path = path;
    made.socket = user;
    made.serializers = serializers;
    change(made);
    endpoint.socket(std::move(made));
  };
  mount("/socket", [](auto&) {});
  mount("/short", [](auto& m) {
    m.websocket->timeout = Millis{1'500};
    m.longpoll->window = Millis{1'000};
  });
  mount("/tenant/:tenant/socket", [](auto&) {});
  mount("/auth", [](auto& m) {
    m.auth_token = true;
    m.longpoll->window = Millis{1'000};
  });
  mount("/small", [](auto& m) {
    m.websocket->max_frame_size = 1'000;
    m.longpoll.reset();
  });
  mount("/deflate", [](auto& m) {
    m.websocket->compress = true;
    m.longpoll.reset();
  });
  mount("/subproto", [](auto& m) {
    m.websocket->subprotocols = {"phoenix", "other"};
    m.longpoll.reset();
  });
  mount("/realtime/v1", [&](auto& m) {
    m.socket = std::make_shared<Limited<RealtimeSocket>>(limits, presence);
    m.serializers.reset();  // its own
  });
}

}  // namespace phx::contract
