/// Runs an attempt through the steps.

#include "transport/pipeline.h"

#include "base/log.h"

namespace phx::transport {

void log_refusal(const Attempt& attempt, const char* step, const Refusal& refusal) {
  attempt.context.scheduler->log().write(refusal.level, refusal.why,
                                         {{"step", step},
                                          {"status", std::to_string(refusal.answer.status)},
                                          {"path", attempt.request.path()},
                                          {"peer", attempt.request.peer}});
}

//! [run]
std::optional<http::Response> run(std::span<const Step> steps, Attempt& attempt) {
  for (const Step& step : steps) {
    process::hop("step", step.name);
    Verdict refusal = step.run(attempt);
    if (!refusal) continue;
    process::hop("refusal", refusal->why);
    log_refusal(attempt, step.name, *refusal);
    return std::move(refusal->answer);
  }
  return std::nullopt;
}
//! [run]

/// REQUIRES: the mount has websocket.
std::variant<Upgrade, http::Response> upgrade(Attempt attempt) {
  if (auto answer = run(websocket_steps(), attempt)) {
    if (attempt.log) attempt.log->answered(answer->status);
    return std::move(*answer);
  }
  if (attempt.log) attempt.log->answered(101);
  const WebsocketOptions& options = *attempt.mount.websocket;
  return Upgrade{std::move(attempt.socket),
                 std::string(attempt.request.header("sec-websocket-key").value_or("")),
                 std::move(attempt.subprotocol),
                 options.timeout,
                 std::move(attempt.deflate),
                 &attempt.mount};
}

}  // namespace phx::transport
