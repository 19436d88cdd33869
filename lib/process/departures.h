#pragma once
/// \file
/// Traced frames that wait to be written: their last hop comes later, outside of any turn.

#include <memory>
#include <source_location>
#include <string_view>
#include <utility>
#include <vector>

#include "process/hop.h"

namespace phx::process {

/// What one write takes along. One pointer, and null unless the connection's client is traced or a
/// traced frame waits. One thread's.
class Departures {
 public:
  /// `recorder`: what traces the connection's client, or null.
  explicit Departures(HopRecorder* recorder = nullptr) {
    if (recorder != nullptr) state_ = std::make_unique<State>(State{recorder});
  }
  HopRecorder* recorder() const { return state_ ? state_->recorder : nullptr; }

  /// The frame is here, and leaves later.
  void add(const char* form, std::string_view bytes,
           std::source_location where = std::source_location::current()) {
    if (!traced()) [[likely]]
      return;
    hop(form, bytes, where);
    if (!state_) state_ = std::make_unique<State>();
    auto& waiting = state_->waiting;
    if (const auto here = trail(); here && waiting.size() < most) waiting.push_back(*here);
  }
  /// All that waited leaves now, in these bytes.
  void leave(const char* form, std::string_view bytes,
             std::source_location where = std::source_location::current()) {
    if (!state_) [[likely]]
      return;
    const std::vector<Trail> leaving = std::exchange(state_->waiting, {});
    if (state_->recorder == nullptr) state_.reset();
    for (const Trail& trail : leaving) {
      const TraceScope trace(&trail);
      hop(form, bytes, where);
    }
  }

 private:
  static constexpr std::size_t most = 64;  // of frames in one write; more are not followed
  struct State {
    HopRecorder* recorder = nullptr;
    std::vector<Trail> waiting = {};
  };
  std::unique_ptr<State> state_;
};

}  // namespace phx::process
