/// \file
/// One topic's requests and their replies, which come in order.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "conformance/load/client/connection.h"
#include "conformance/load/client/frames.h"

namespace phx::bench {

/// The repeated request. The response is JSON and must be the same each time.
struct Question {
  std::string join_ref;
  std::string topic;
  std::string event;
  std::string payload;
  std::string response;
};

/// `echo` on a topic of the contract, joined with join_ref "1".
Question echo_question(std::string topic, std::size_t bytes);
/// `burn` on a `bench:*` topic: the answer proves that the work was done.
Question burn_question(std::string topic, std::uint64_t rounds);
/// The heartbeat, which needs no join.
Question heartbeat_question();

/// A value: the state of one connection in a case.
class Lane {
 public:
  explicit Lane(const Question& question);
  /// Queues the next request; its latency will count from `since`.
  void ask(Connection& connection, Instant since);
  /// Checks the reply that is due, and returns its request's time. Throws Failure for another.
  Instant answered(std::string_view text);
  std::size_t in_flight() const { return since_.size(); }

 private:
  std::string head_, tail_;  // the frame before and after its ref
  std::string frame_;
  ReplyCheck check_;
  std::uint64_t next_ref_ = 2;  // 1 was the join's
  std::deque<Instant> since_;
};

}  // namespace phx::bench
