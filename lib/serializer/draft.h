#pragma once
/// \file
/// A frame for one client, until it is copied to where it waits for the network.

#include <array>
#include <string_view>
#include <utility>

#include "serializer/frame_text.h"
#include "serializer/message.h"

namespace phx::serializer {

/// It needs no memory of its own: short text is on the stack, and a long payload stays with the
/// message that was encoded, which outlives the draft. Neither copied nor moved.
struct Draft {
  Draft() { text.may_lend(); }
  /// Of a frame that is encoded already.
  explicit Draft(Frame&& frame) { *this = std::move(frame); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  Draft& operator=(Frame&& frame) {
    opcode = frame.opcode;
    text.text() = std::move(frame.bytes);
    return *this;
  }

  /// As a frame that can be kept. The draft is used up.
  Frame finished() { return {opcode, text.finished()}; }

  Frame::Opcode opcode = Frame::text;
  FrameText text;
};

}  // namespace phx::serializer
