/// Walks an attempt through the steps.

#include "transport/pipeline.h"

#include "base/log.h"

namespace phx::transport {

std::variant<Upgrade, Response> upgrade(Attempt attempt) {
  for (const Step& step : websocket_steps()) {
    std::optional<Response> answer = step.run(attempt);
    if (!answer) continue;
    attempt.house.scheduler->log().info("a websocket was refused",
                                        {{"step", step.name},
                                         {"status", std::to_string(answer->status)},
                                         {"path", attempt.request.path()},
                                         {"peer", attempt.request.peer}});
    return std::move(*answer);
  }
  const WebsocketOptions& options = attempt.mount.websocket;
  return Upgrade{attempt.mount.socket,
                 std::move(attempt.socket),
                 std::string(attempt.request.header("sec-websocket-key").value_or("")),
                 std::move(attempt.subprotocol),
                 options.timeout,
                 options.max_frame_size};
}

}  // namespace phx::transport
