/// Chooses the serializer, and asks the application whether a client may connect.

#include "serializer/scanner.h"
#include "socket/events.h"
#include "socket/socket_process.h"
#include "transport/connect_info.h"
#include "transport/steps.h"

namespace phx::transport {

std::span<const serializer::Offer> offers(const Mount& mount) {
  if (mount.serializers) return *mount.serializers;
  return mount.socket->serializers();
}

namespace {

Refusal wrong_version(const std::string& vsn, std::span<const serializer::Offer> spoken) {
  constexpr std::size_t enough = 50;  // bytes of what the client sent: keeps the log line short
  std::string text;
  for (const serializer::Offer& offer : spoken) {
    text += (text.empty() ? "" : ", ") + offer.requirement;
  }
  return {http::Response{403},
          "a client asks for version \"" + vsn.substr(0, enough) +
              "\" of the wire, and the mount "
              "speaks " +
              text,
          Level::warn};
}

/// Calls the user socket's connect, and publishes the result as telemetry.
ConnectResult ask(Attempt& attempt, const std::string& vsn) {
  const UserSocket& user = *attempt.mount.socket;
  const telemetry::Span span = attempt.context.telemetry->span<SocketConnected>();
  const ConnectInfo info = connect_info(attempt);
  ConnectResult result = user.connect({attempt.params, info}, attempt.socket);
  if (!span) return result;
  const auto status =
      std::holds_alternative<Accepted>(result) ? serializer::Status::ok : serializer::Status::error;
  attempt.context.telemetry->execute(
      SocketConnected{span.duration(), attempt.transport, vsn, attempt.socket.serializer(),
                      attempt.params, status, info, user, attempt.mount.path, user.log()});
  return result;
}

}  // namespace

//! [connect]
Verdict steps::connect(Attempt& attempt) {
  const UserSocket& user = *attempt.mount.socket;
  for (const auto& [name, value] : attempt.path_params) {
    if (!serializer::is_utf8(value)) {
      return Refusal{http::rendered_error(400), "a part of the path is not valid UTF-8"};
    }
    attempt.params.set(name, value);
  }
  // A `vsn[]=` is not a version either, and is refused like an unsupported one.
  const Json given = attempt.params.has("vsn") ? attempt.params["vsn"] : Json("1.0.0");
  const std::string vsn = given.string_or("");
  const auto* serializer = serializer::negotiate(offers(attempt.mount), vsn);
  if (serializer == nullptr) return wrong_version(vsn, offers(attempt.mount));
  attempt.socket = Socket(attempt.context, *serializer);
  const ConnectResult result = ask(attempt, vsn);
  if (const auto* rejected = std::get_if<Rejected>(&result)) {
    return Refusal{rejected->reason.empty() ? http::Response{403}
                                            : attempt.mount.error_handler(rejected->reason),
                   "connect refused a client"};
  }
  attempt.socket.id = user.id(attempt.socket).value_or("");
  return {};
}
//! [connect]

}  // namespace phx::transport
