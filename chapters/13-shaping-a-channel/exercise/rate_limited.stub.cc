/// A channel that keeps its clients to a rate: your own.
///
/// rate_limited.h beside this file has the class and its contract; README.md says in which order to
/// write the parts. Passing on is written already.

#include "chapters/13-shaping-a-channel/exercise/rate_limited.h"

#include "chapters/not_written.h"

namespace phx::exercise {

/// - [1] Throws std::invalid_argument where there is no channel inside. [2] Or where a number of
///   the allowance is 0. [3] Then the sentence begins with "expected".
/// - [4] At the beginning the whole burst is allowed, and no more.
RateLimited::RateLimited(std::unique_ptr<Channel> inner, Allowance allowance)
    : inner_(std::move(inner)), allowance_(allowance), left_(0) {
  // Yours: RateLimited::RateLimited
}

JoinResult RateLimited::join(std::string_view topic, Payload params, Socket& socket) {
  return inner_->join(topic, std::move(params), socket);
}
Result RateLimited::handle_out(std::string_view event, Payload payload, Socket& socket) {
  return inner_->handle_out(event, std::move(payload), socket);
}
Result RateLimited::handle_info(Message message, Socket& socket) {
  return inner_->handle_info(std::move(message), socket);
}
void RateLimited::terminate(const ExitReason& reason, Socket& socket) {
  inner_->terminate(reason, socket);
}
std::vector<std::string> RateLimited::intercepts() const { return inner_->intercepts(); }
bool RateLimited::blocking(std::string_view event, const Payload& payload) const {
  return inner_->blocking(event, payload);
}
Level RateLimited::log_join() const { return inner_->log_join(); }
Level RateLimited::log_handle_in() const { return inner_->log_handle_in(); }

/// - [5] What was allowed at `counted_` has grown since, by per_second each second. [6] It never
///   grows beyond the burst.
/// - [7] Where it makes up one event, that is taken, and the wait is 0. [8] Else nothing is taken,
///   and the wait is what is missing, in milliseconds. [9] A wait is rounded up, so that nobody
///   comes too early.
Millis RateLimited::take(Clock::time_point now) {
  // Yours: RateLimited::take
  not_written("RateLimited::take", now, left_, counted_, allowance_);
}

/// The time is `socket.now()`. Never ask the system's clock: the tests turn this one.
///
/// - Where the client keeps to its allowance: [10] the event goes to the channel inside, and what
///   that returned is returned. [11] The refusals before it are forgotten.
/// - Else the channel inside hears nothing: [12] the answer is an error, {"reason": "rate limited",
///   "retry_after_ms": N}, with the wait.
/// - [13] The refusal that uses up the patience, of that many in a row, ends the channel: Stop with
///   {shutdown, "rate limited"}. [14] It is answered like the others.
Result RateLimited::handle_in(std::string_view event, Payload payload, Socket& socket) {
  // Yours: RateLimited::handle_in
  not_written("RateLimited::handle_in", event, payload, socket, refused_);
}

}  // namespace phx::exercise
