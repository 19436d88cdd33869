/// Posts the case's messages, and takes the polls' messages.

#include "conformance/suite/core/polled_client.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace phx::conformance {
namespace {
constexpr std::ptrdiff_t max_lines = 100;  // of a batch: LongPoll, @max_poll_batch_size
}

Received PolledClient::take(const std::string& expected) {
  return {.kind = Received::Kind::text, .payload = poller_.take(expected)};
}

/// Messages sent together are posted as one batch or several: the server drops lines past the
/// hundredth.
void PolledClient::say(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return poller_.post(texts.front());
  for (auto from = texts.begin(); from != texts.end();) {
    const auto to = from + std::min(max_lines, std::distance(from, texts.end()));
    poller_.post_lines({from, to});
    from = to;
  }
}

std::optional<Received> PolledClient::waiting() const {
  if (poller_.waiting().empty()) return std::nullopt;
  return Received{.kind = Received::Kind::text, .payload = poller_.waiting().front()};
}

Connection& PolledClient::frames() {
  throw std::logic_error("long-poll has no frames: take the rule off the axis longpoll");
}

}  // namespace phx::conformance
