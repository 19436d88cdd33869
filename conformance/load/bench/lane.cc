/// \file
/// One topic's requests and their replies, which come in order.
#include "conformance/load/bench/lane.h"

#include <fmt/format.h>

#include "conformance/load/client/error.h"

namespace phx::bench {

Question echo_question(std::string topic, std::size_t bytes) {
  auto payload = payload_of(bytes);
  return {"1", std::move(topic), "echo", payload, payload};
}

Question burn_question(std::string topic, std::uint64_t rounds) {
  // Marsaglia's xorshift64: each step needs the previous one, so it can't be shortened.
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  return {"1", std::move(topic), "burn", fmt::format(R"({{"rounds":{}}})", rounds),
          fmt::format(R"({{"state":"{}"}})", state)};
}

Question heartbeat_question() { return {"", "phoenix", "heartbeat", "{}", "{}"}; }

Lane::Lane(const Question& question)
    : check_(question.join_ref, question.topic, question.response) {
  const auto whole = frame(question.join_ref, 0, question.topic, question.event, question.payload);
  const auto ref = whole.find("\"0\"") + 1;
  head_ = whole.substr(0, ref);
  tail_ = whole.substr(ref + 1);
}

void Lane::ask(Connection& connection, Instant since) {
  const fmt::format_int ref{next_ref_++};
  frame_.assign(head_).append(ref.data(), ref.size()).append(tail_);
  connection.send(frame_);
  since_.push_back(since);
}

Instant Lane::answered(std::string_view text) {
  if (since_.empty()) throw Failure(fmt::format("a message came without a request: {}", text));
  check_(text, next_ref_ - since_.size());
  const auto since = since_.front();
  since_.pop_front();
  return since;
}

}  // namespace phx::bench
