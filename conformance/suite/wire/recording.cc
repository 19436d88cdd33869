/// Keeps a conversation, up to a limit.

#include "conformance/suite/wire/recording.h"

#include <algorithm>

namespace phx::conformance {

void Recording::asked(const Request& request) {
  if (exchanges_.size() < max_messages) exchanges_.push_back({Clock::now(), request});
}

void Recording::answered(const Response& response) {
  const auto open = std::find_if(exchanges_.begin(), exchanges_.end(),
                                 [](const Exchange& exchange) { return !exchange.response; });
  if (open == exchanges_.end()) return;
  open->response = response;
  open->answered = Clock::now();
}

void Recording::said(bool sent, Opcode opcode, const std::string& data) {
  if (messages_.size() == max_messages || bytes_ + data.size() > max_bytes) {
    ++dropped_;
    return;
  }
  bytes_ += data.size();
  messages_.push_back({Clock::now(), sent, opcode, data});
}

}  // namespace phx::conformance
