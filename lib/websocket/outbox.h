#pragma once
/// \file
/// What waits to be written to one websocket: many frames, one write.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/message.h"

namespace phx::websocket {

/// The frames that wait, each as it was given: they are put together only when they are written, in
/// a space that all the connections of a shard have in turn. One that nothing waits for takes no
/// memory beside itself.
class Outbox {
 public:
  /// A part of what goes down the wire.
  struct Piece {
    std::string_view bytes;       ///< In the space, or the frame's. Valid while both are untouched.
    serializer::FramePtr frame;   ///< Keeps the bytes alive where they are a frame's.
    bool ends_mid_frame = false;  ///< Nothing, not even a pong, may be written before the next one.
  };

  /// Appends an unmasked, unfragmented websocket frame. `compressed` sets RSV1.
  void add(serializer::FramePtr frame, bool compressed = false);
  /// Appends a close frame; nothing may follow. A code of 0 sends none.
  void add_close(unsigned code);

  bool empty() const { return bytes_ == 0; }
  /// Bytes that wait, as they go down the wire.
  std::size_t bytes() const { return bytes_; }

  /// Takes out the next piece: small frames joined in `space`, which is overwritten, or a large
  /// frame, which many connections may share; a copy is made only of what a socket does not take.
  /// REQUIRES: !empty().
  Piece take(std::string& space);

 private:
  struct Waiting {
    serializer::FramePtr frame;
    bool compressed;
  };
  void join(std::string& space);
  void let_go_of_taken();

  std::vector<Waiting> frames_;
  std::size_t taken_ = 0;      ///< So many of the frames are written.
  bool header_taken_ = false;  ///< That of the next frame, a large one.
  std::optional<unsigned> close_code_;
  std::size_t bytes_ = 0;
};

}  // namespace phx::websocket
