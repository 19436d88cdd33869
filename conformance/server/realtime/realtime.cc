/// The conventions of realtime-js, which are not part of Phoenix.

#include "conformance/server/realtime/realtime.h"

#include <fmt/format.h>

#include <array>

#include "conformance/server/realtime/realtime_serializer.h"

namespace phx::contract {
namespace {

constexpr std::string_view expired = "expired";

/// The filters that the client asked for, each with a number, which would identify the changes.
Json numbered(const Json& filters) {
  Json list = Json::array();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    Json filter = filters[i];
    if (filter.is_object()) filter.set("id", i + 1);
    list.append(filter);
  }
  return list;
}

}  // namespace

JoinResult RealtimeChannel::join(std::string_view, Payload params, Socket& socket) {
  const std::string token = params["access_token"].string_or("");
  takes_bytes_ = &socket.serializer() == &realtime_v2();
  config_ = params["config"];
  if (token == expired) return Refused{Json::object({{"reason", "the access token has expired"}})};
  if (config_["private"] == Json(true) && token.empty()) {
    return Refused{Json::object({{"reason", "a private topic wants an access token"}})};
  }
  key_ = config_["presence"]["key"].string_or("");
  if (key_.empty()) key_ = fmt::format("{}-{}", socket.channel().shard, socket.channel().serial);
  if (config_["presence"]["enabled"] != Json(false)) socket.send_self(AfterJoin{});
  return Joined{Json::object({{"postgres_changes", numbered(config_["postgres_changes"])}})};
}

Result RealtimeChannel::handle_info(process::Message message, Socket& socket) {
  if (message.get_if<AfterJoin>() != nullptr) {
    socket.push("presence_state", presence_.list(socket.topic()));
  }
  return NoReply{};
}

Result RealtimeChannel::handle_in(std::string_view event, Payload payload, Socket& socket) {
  if (event == "broadcast") return broadcast(std::move(payload), socket);
  if (event == "presence") return presence(payload, socket);
  if (event == "access_token") return access_token(payload, socket);
  return unhandled(event);
}

Result RealtimeChannel::broadcast(Payload payload, Socket& socket) const {
  const Json wish = config_["broadcast"];
  const std::string_view event = payload.is_binary() ? broadcast_of_bytes : "broadcast";
  if (wish["self"] == Json(true)) {
    socket.broadcast(event, std::move(payload));
  } else {
    socket.broadcast_from(event, std::move(payload));
  }
  if (wish["ack"] == Json(true)) return Reply::ok();
  return NoReply{};
}

Result RealtimeChannel::presence(const Payload& payload, Socket& socket) {
  const std::string wish = payload["event"].string_or("");
  if (wish == "untrack") {
    presence_.untrack(socket, key_);
  } else if (const Json said = payload["payload"]; wish == "track" && said.is_object()) {
    const TrackResult result = presence_.track(socket, key_, said);
    if (std::holds_alternative<AlreadyTracked>(result)) presence_.update(socket, key_, said);
  } else {
    return Reply::error(Json::object({{"reason", "expected track with an object, or untrack"}}));
  }
  return Reply::ok();
}

std::vector<std::string> RealtimeChannel::intercepts() const {
  if (takes_bytes_) return {};
  return {std::string(broadcast_of_bytes)};
}

Result RealtimeChannel::handle_out(std::string_view, Payload, Socket&) { return NoReply{}; }

/// A client whose token has expired is notified, and removed.
Result RealtimeChannel::access_token(const Payload& payload, Socket& socket) {
  if (payload["access_token"] != Json(expired)) return NoReply{};
  socket.push("system", Json::object({{"extension", "system"},
                                      {"status", "error"},
                                      {"message", "the access token has expired"}}));
  return Stop{};
}

RealtimeSocket::RealtimeSocket(Presence& presence) {
  channel("realtime:*", [&presence] { return std::make_unique<RealtimeChannel>(presence); });
}

std::span<const serializer::Offer> RealtimeSocket::serializers() const {
  static const std::array<serializer::Offer, 2> offers{
      {{&serializer::v1_json(), "~> 1.0.0"}, {&realtime_v2(), "~> 2.0.0"}}};
  return offers;
}

}  // namespace phx::contract
