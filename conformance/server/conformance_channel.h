#pragma once
/// \file
/// The channel of `conformance:*`: a small handler for each behaviour that a rule checks.

#include "phoenix.h"

namespace phx::contract {

class ConformanceChannel final : public Channel {
 public:
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_info(process::Message message, Socket& socket) override;
  void terminate(const ExitReason& reason, Socket& socket) override;
  std::vector<std::string> intercepts() const override { return {"intercepted", "filtered"}; }
  bool blocking(std::string_view event, const Payload& payload) const override;

 private:
  int count_ = 0;
};

}  // namespace phx::contract
