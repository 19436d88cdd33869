#pragma once
/// \file
/// The frames that wait to be written to one websocket: many frames, one write.

#include <boost/container/small_vector.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "serializer/draft.h"
#include "serializer/message.h"
#include "websocket/frame.h"

namespace phx::websocket {

/// Keeps each frame that others may share as it was given, and joins such frames only when they are
/// written, in a space that the connections of a shard share. A frame for this client alone is
/// joined with those before it as it comes. An empty outbox is one null pointer: most connections
/// are silent.
class Outbox {
 public:
  /// A part of the bytes to write.
  struct Piece {
    std::string_view bytes;      ///< In the space, or the frame's. Valid while both are untouched.
    serializer::FramePtr frame;  ///< Keeps the bytes alive if they are a frame's.
  };

  /// Sets what is written before any frame: the answer to the handshake. REQUIRES: empty().
  void begin_with(std::string head);
  /// Appends a message. `compressed` sets RSV1.
  void add(serializer::FramePtr frame, bool compressed = false);
  /// Appends a message that no other connection gets: a small one is copied. The draft is used up.
  void add_own(serializer::Draft& draft);
  /// Appends the answer to a ping.
  void add_pong(std::string payload);
  /// Appends a close frame; nothing may follow. Code 0 sends one without a code.
  void add_close(unsigned code);

  bool empty() const { return contents_ == nullptr; }
  /// Bytes that wait, as on the wire.
  std::size_t bytes() const { return empty() ? 0 : contents_->bytes; }
  /// About how many bytes of memory they take: an empty pong is two bytes on the wire, but many
  /// more here.
  std::size_t held() const;

  /// Takes out the next piece: small frames joined in `space`, which is overwritten, or a large
  /// frame, which many connections may share. REQUIRES: !empty().
  Piece take(std::string& space);
  /// The network took only `taken` bytes of the piece: the next take() gives the rest. A shared
  /// frame stays shared; joined ones are copied.
  void put_back(const Piece& piece, std::size_t taken);

 private:
  struct Waiting {
    serializer::FramePtr frame;
    Opcode opcode;
    bool compressed;
    bool joined = false;  ///< It is several, each with its head: what was Contents::joined.
  };
  /// Besides its bytes: its place in the list, its object, and what the allocator adds.
  static constexpr std::size_t memory_of_a_frame = sizeof(Waiting) + sizeof(serializer::Frame) + 32;
  /// The rest of a piece that the network did not take whole.
  struct Rest {
    serializer::FramePtr frame;
    std::string copy;  ///< If it is not a frame's.
    std::size_t offset = 0;
  };
  struct Contents {
    boost::container::small_vector<Waiting, 4> frames = {};
    std::string joined = {};  ///< Small frames of its own that came after these, with their heads.
    std::size_t next = 0;     ///< Index of the first unwritten frame.
    bool head_taken = false;  ///< The head of that frame, a large one, is written.
    std::optional<std::uint16_t> close_code = {};
    std::unique_ptr<Rest> rest = {};
    std::size_t bytes = 0;
  };
  Contents& contents();
  void append(Waiting waiting);
  void push(Contents& to, Waiting waiting);
  void seal(Contents& to);
  void join(std::string& space);
  void release_taken();

  std::unique_ptr<Contents> contents_;  ///< Null while nothing waits.
};

}  // namespace phx::websocket
