/// A token bucket before a channel: one solution of exercise "rate-limit".

#include "chapters/13-shaping-a-channel/exercise/rate_limited.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace phx::exercise {
namespace {

using Seconds = std::chrono::duration<double>;

void check(const Allowance& allowance) {
  if (allowance.per_second > 0 && allowance.burst > 0 && allowance.patience > 0) return;
  throw std::invalid_argument(
      "expected an allowance of at least 1 in per_second, burst and patience, got a 0: leave the "
      "RateLimited out for no limit");
}

}  // namespace

RateLimited::RateLimited(std::unique_ptr<Channel> inner, Allowance allowance)
    : inner_(std::move(inner)), allowance_(allowance), left_(static_cast<double>(allowance.burst)) {
  if (!inner_) throw std::invalid_argument("expected a channel to keep to a rate, got none");
  check(allowance_);
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

/// Before the first event `counted_` lies at the clock's beginning: long enough ago for a whole
/// burst.
Millis RateLimited::take(Clock::time_point now) {
  // Sums of thirds and tenths: what is missing to one event by less than this is a rounding error.
  constexpr double nearly = 1e-9;
  const double rate = static_cast<double>(allowance_.per_second);
  const double grown = left_ + Seconds(now - counted_).count() * rate;
  left_ = std::min(grown, static_cast<double>(allowance_.burst));
  counted_ = now;
  if (left_ < 1 - nearly) {
    return Millis{static_cast<long long>(std::ceil((1 - left_) / rate * 1'000 - nearly))};
  }
  left_ = std::max(0.0, left_ - 1);
  return Millis{0};
}

Result RateLimited::handle_in(std::string_view event, Payload payload, Socket& socket) {
  const Millis wait = take(socket.now());
  if (wait == Millis{0}) {
    refused_ = 0;
    return inner_->handle_in(event, std::move(payload), socket);
  }
  Reply reply =
      Reply::error(Json::object({{"reason", "rate limited"}, {"retry_after_ms", wait.count()}}));
  if (++refused_ < allowance_.patience) return reply;
  return Stop{{ExitReason::shutdown, "rate limited"}, std::move(reply)};
}

}  // namespace phx::exercise
