#pragma once
/// \file
/// The channel of `bench:*`: work for the load client to measure, not part of the contract.

#include <algorithm>

#include "phoenix.h"

namespace phx::contract {

/// `burn` does P.rounds rounds of Marsaglia's xorshift64 and replies `{"state":"…"}`: half a
/// millisecond of a processor for 250,000. It stays on its shard, as a channel's own code does, so
/// that two shards on two processors can be compared with one.
class BenchChannel final : public Channel {
 public:
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }

  Result handle_in(std::string_view event, Payload payload, Socket&) override {
    if (event != "burn") return unhandled(event);
    std::uint64_t state = 1;
    for (auto left = std::clamp(payload["rounds"].integer_or(0), 0LL, max_rounds); left > 0;
         --left) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
    }
    return Reply::ok(Json::object({{"state", std::to_string(state)}}));
  }

 private:
  static constexpr long long max_rounds = 10'000'000;  // some 20 ms: no client may stop a shard
};

}  // namespace phx::contract
