/// Walks an attempt through the steps.

#include "transport/pipeline.h"

#include "base/log.h"

namespace phx::transport {

std::optional<Response> run(std::span<const Step> steps, Attempt& attempt) {
  for (const Step& step : steps) {
    std::optional<Response> answer = step.run(attempt);
    if (!answer) continue;
    attempt.house.scheduler->log().info("a connection was refused",
                                        {{"step", step.name},
                                         {"status", std::to_string(answer->status)},
                                         {"path", attempt.request.path()},
                                         {"peer", attempt.request.peer}});
    return answer;
  }
  return std::nullopt;
}

Response rendered_error(int status) {
  return {status,
          Json::object({{"errors", Json::object({{"detail", reason_phrase(status)}})}}).dump(),
          {{"content-type", "application/json; charset=utf-8"}}};
}

/// REQUIRES: the mount speaks websocket.
std::variant<Upgrade, Response> upgrade(Attempt attempt) {
  if (auto answer = run(websocket_steps(), attempt)) return std::move(*answer);
  const WebsocketOptions& options = *attempt.mount.websocket;
  return Upgrade{attempt.mount.socket,
                 std::move(attempt.socket),
                 std::string(attempt.request.header("sec-websocket-key").value_or("")),
                 std::move(attempt.subprotocol),
                 options.timeout,
                 options.max_frame_size,
                 std::move(attempt.deflate)};
}

}  // namespace phx::transport
