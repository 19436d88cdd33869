#pragma once
/// \file
/// RFC 6455 frames, written by hand so that the suite can also send invalid ones.
///
///     byte 0   FIN | RSV1 RSV2 RSV3 | opcode
///     byte 1   MASK | length (0..125; 126: two more bytes follow; 127: eight more)
///              [the long length] [the four bytes of the mask] the payload, masked

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  reserved = 3,
  close = 8,
  ping = 9,
  pong = 10,
};

/// The mark of a compressed message, of a head's three reserved bits.
inline constexpr std::uint8_t rsv1 = 4;

/// One frame with every bit of its head. The defaults make a well-formed client frame.
struct Frame {
  Opcode opcode = Opcode::text;
  std::string payload = {};
  bool fin = true;
  std::uint8_t rsv = 0;  ///< Three bits.
  bool masked = true;
};

using Mask = std::array<std::uint8_t, 4>;

/// What stands in front of a frame's payload, mask included.
struct FrameHead {
  std::uint8_t first = 0;  ///< FIN, the reserved bits and the opcode.
  bool masked = false;
  std::size_t size = 0;  ///< Bytes of the head itself.
  std::uint64_t payload = 0;

  Opcode opcode() const { return static_cast<Opcode>(first & 0x0F); }
  bool fin() const { return (first & 0x80) != 0; }
  std::uint8_t rsv() const { return static_cast<std::uint8_t>(first >> 4 & 7); }
};

/// The head at the front of `bytes`; nothing while it is not complete.
std::optional<FrameHead> read_frame_head(std::string_view bytes);

/// Appends a head without its mask: `first`, then the size in as few bytes as hold it.
void append_frame_head(std::string& out, std::uint8_t first, bool masked, std::uint64_t payload);

/// The frame as it goes over the wire; `mask` is used only if the frame says that it is masked.
std::string encode(const Frame& frame, const Mask& mask);

/// This mask, or the nearest one with which neither it nor the masked payload contains a line feed.
/// Any payload of up to 254 bytes has one.
Mask without_line_feed(Mask mask, std::string_view payload);

/// The payload of a close frame: two bytes of code, then the reason.
std::string close_payload(std::uint16_t code, std::string_view reason = {});
/// The code in a close frame's payload; nothing if it has none.
std::optional<std::uint16_t> close_code(std::string_view payload);

/// Splits a server's bytes into frames, however TCP sliced them.
class FrameReader {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole frame, or nothing yet. Never anything again once the reader is broken.
  std::optional<Frame> next();
  /// Why the bytes can't be a server's frames; empty as long as they can.
  const std::string& broken() const { return broken_; }

 private:
  std::string buffer_;
  std::size_t consumed_ = 0;  // of buffer_; erased in one go when it grows
  std::string broken_;
};

}  // namespace phx::conformance
