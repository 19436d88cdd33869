#pragma once
/// \file
/// What waits to be written to one websocket: many frames, one write.

#include <deque>
#include <string>
#include <string_view>

#include "serializer/message.h"

namespace phx::server {

/// Frames as they go down the wire, joined into large pieces. A large frame that many connections
/// share is not copied: its piece refers to it.
class Outbox {
 public:
  /// Appends an unmasked, unfragmented websocket frame. `compressed` sets RSV1.
  void add(const serializer::FramePtr& frame, bool compressed = false);
  /// Appends a close frame; nothing should follow. A code of 0 sends none.
  void add_close(unsigned code);

  bool empty() const { return bytes_ == 0; }
  /// Bytes that wait.
  std::size_t bytes() const { return bytes_; }

  /// The next piece to write. REQUIRES: !empty(). Valid until done() or an add.
  std::string_view front() const;
  /// The front piece is written. True: it ended in the middle of a frame, and nothing else, not
  /// even a pong, may be written before the next piece.
  bool done();

 private:
  /// Either bytes of its own, or a shared frame's.
  struct Piece {
    std::string own;
    serializer::FramePtr shared;
    bool ends_mid_frame = false;
    std::string_view view() const { return shared ? std::string_view(shared->bytes) : own; }
  };
  void append(std::string_view bytes);

  std::deque<Piece> pieces_;
  std::size_t bytes_ = 0;
};

}  // namespace phx::server
