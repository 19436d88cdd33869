#pragma once
/// \file
/// One connection's whole traffic with times, for HAR.

#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

/// A transcript keeps the last lines, shortened; this keeps the first messages, whole.
class Recording {
 public:
  struct Exchange {
    Clock::time_point asked;
    Request request;
    std::optional<Response> response = {};
    Clock::time_point answered = {};
  };
  struct Message {
    Clock::time_point at;
    bool sent = false;
    Opcode opcode = Opcode::text;
    std::string data = {};
  };
  static constexpr std::size_t max_messages = 5'000;
  static constexpr std::size_t max_bytes = 4'000'000;

  void asked(const Request& request);
  /// The response to the oldest request that has none.
  void answered(const Response& response);
  void said(bool sent, Opcode opcode, const std::string& data);

  const std::vector<Exchange>& exchanges() const { return exchanges_; }
  const std::vector<Message>& messages() const { return messages_; }
  /// Messages beyond the limits.
  std::size_t dropped() const { return dropped_; }

 private:
  std::vector<Exchange> exchanges_;
  std::vector<Message> messages_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace phx::conformance
