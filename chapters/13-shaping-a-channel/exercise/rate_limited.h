#pragma once
/// \file
/// A channel around a channel: it passes on what comes at a bearable rate, and refuses the rest.
///
///     channel("room:*", [] {
///       return std::make_unique<RateLimited>(std::make_unique<Room>(), Allowance{});
///     });
///
/// Exercise "rate-limit" of chapter 13. The channel inside knows nothing of it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "phoenix.h"

namespace phx::exercise {

//! [rate_limited]
/// What one client may do in one channel.
struct Allowance {
  std::size_t per_second = 5;  ///< Events, for as long as it likes. At least 1.
  std::size_t burst = 10;      ///< Events at once, after a quiet while. At least 1.
  std::size_t patience = 20;   ///< Refusals in a row that end the channel. At least 1.
};
//! [rate_limited]

class RateLimited final : public Channel {
 public:
  /// \throws std::invalid_argument without a channel, and for a number of the allowance that is 0.
  RateLimited(std::unique_ptr<Channel> inner, Allowance allowance);

  // Passed on to the channel inside, and so is what it returns.
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_info(Message message, Socket& socket) override;
  void terminate(const ExitReason& reason, Socket& socket) override;
  std::vector<std::string> intercepts() const override;
  bool blocking(std::string_view event, const Payload& payload) const override;
  Level log_join() const override;
  Level log_handle_in() const override;

  /// Passed on where the client keeps to its allowance. Else it is answered with an error,
  /// `{"reason": "rate limited", "retry_after_ms": N}`: after so many milliseconds the same event
  /// would be taken. The last refusal that patience allows is answered so, too, and the channel
  /// stops with {shutdown, "rate limited"}.
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;

 private:
  /// Takes one event out of the allowance at this time: 0 ms. Where none is left, how long until
  /// one is; then nothing was taken.
  Millis take(Clock::time_point now);

  const std::unique_ptr<Channel> inner_;
  const Allowance allowance_;
  double left_;  ///< Events that are allowed at `counted_`; never more than the burst.
  Clock::time_point counted_{};
  std::size_t refused_ = 0;  ///< In a row.
};

}  // namespace phx::exercise
