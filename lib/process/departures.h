#pragma once
/// \file
/// Traced frames that wait to be written: their last hop comes later, outside of any turn.

#include <memory>
#include <source_location>
#include <string_view>
#include <vector>

#include "process/hop.h"

namespace phx::process {

/// What one write takes along. Empty, and one pointer, unless a traced frame waits. One thread's.
class Departures {
 public:
  /// The frame is here, and leaves later.
  void add(const char* form, std::string_view bytes,
           std::source_location where = std::source_location::current()) {
    if (!traced()) [[likely]]
      return;
    hop(form, bytes, where);
    if (!waiting_) waiting_ = std::make_unique<std::vector<Trail>>();
    if (const auto here = trail(); here && waiting_->size() < most) waiting_->push_back(*here);
  }
  /// All that waited leaves now, in these bytes.
  void leave(const char* form, std::string_view bytes,
             std::source_location where = std::source_location::current()) {
    if (!waiting_) [[likely]]
      return;
    const auto leaving = std::move(waiting_);
    for (const Trail& trail : *leaving) {
      const TraceScope trace(&trail);
      hop(form, bytes, where);
    }
  }

 private:
  static constexpr std::size_t most = 64;  // of frames in one write; more are not followed
  std::unique_ptr<std::vector<Trail>> waiting_;
};

}  // namespace phx::process
