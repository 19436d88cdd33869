#pragma once
/// \file
/// A channel to try things on: it answers, refuses, broadcasts, intercepts, works and crashes when
/// it is told to.

#include <string>
#include <vector>

#include "phoenix.h"

namespace glass {

/// On `bench:*`. A join of `bench:closed` is refused, one of `bench:broken` crashes.
class Bench final : public phx::Channel {
 public:
  phx::JoinResult join(std::string_view topic, phx::Payload params, phx::Socket& socket) override;
  /// `echo` replies with the payload, bytes too; `say` broadcasts it as `said`, `whisper` as
  /// `whispered`; `think` replies from a worker thread, `later` after this handler has returned;
  /// `crash` throws.
  phx::Result handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) override;
  /// What is whispered reaches each member with its number of letters.
  phx::Result handle_out(std::string_view event, phx::Payload payload,
                         phx::Socket& socket) override;
  phx::Result handle_info(phx::Message message, phx::Socket& socket) override;
  std::vector<std::string> intercepts() const override { return {"whispered"}; }
  bool blocking(std::string_view event, const phx::Payload&) const override {
    return event == "think";
  }
};

}  // namespace glass
