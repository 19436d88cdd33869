/// RFC 6455's framing, the server's half: no mask, no fragments.

#include "websocket/outbox.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace phx::websocket {
namespace {

constexpr std::size_t worth_sharing = 16'384;  // below this a copy is cheaper than another write
constexpr std::size_t largest_piece = 65'536;  // of joined frames

constexpr unsigned final_frame = 0x80;
constexpr unsigned rsv1 = 0x40;  // a compressed message's: RFC 7692, 6
constexpr unsigned close_opcode = 8;

/// How many bytes follow the one that says so, for a size that does not fit into it.
std::size_t extended_size(std::size_t size) { return size < 126 ? 0 : size < 65'536 ? 2 : 8; }
std::size_t whole_size(std::size_t size) { return 2 + extended_size(size) + size; }
std::size_t close_size(unsigned code) { return whole_size(code == 0 ? 0 : 2); }

void append_header(std::string& out, unsigned bits_and_opcode, std::size_t size) {
  const std::size_t extended = extended_size(size);
  std::array<char, 10> header{};
  header[0] = static_cast<char>(final_frame | bits_and_opcode);
  header[1] = static_cast<char>(extended == 0 ? size : extended == 2 ? 126 : 127);
  for (std::size_t i = 0; i < extended; ++i) {
    header[2 + i] = static_cast<char>(size >> (8 * (extended - 1 - i)));
  }
  out.append(header.data(), 2 + extended);
}

void append_close(std::string& out, unsigned code) {
  append_header(out, close_opcode, code == 0 ? 0 : 2);
  if (code != 0) out += {static_cast<char>(code >> 8), static_cast<char>(code)};
}

}  // namespace

void Outbox::add(serializer::FramePtr frame, bool compressed) {
  constexpr std::size_t usual = 4;
  if (frames_.empty()) frames_.reserve(usual);
  bytes_ += whole_size(frame->bytes.size());
  frames_.push_back({std::move(frame), compressed});
}

void Outbox::add_close(unsigned code) {
  close_code_ = code;
  bytes_ += close_size(code);
}

Outbox::Piece Outbox::take(std::string& space) {
  check(!empty(), "a piece is taken where one waits");
  Piece piece;
  if (header_taken_) {
    header_taken_ = false;
    piece.frame = std::move(frames_[taken_++].frame);
    piece.bytes = piece.frame->bytes;
  } else {
    join(space);
    piece.bytes = space;
    piece.ends_mid_frame = header_taken_;
  }
  bytes_ -= piece.bytes.size();
  let_go_of_taken();
  return piece;
}

/// Up to a large frame, or until the space is full.
void Outbox::join(std::string& space) {
  space.clear();
  for (; taken_ < frames_.size(); ++taken_) {
    Waiting& next = frames_[taken_];
    const std::string& bytes = next.frame->bytes;
    const bool large = bytes.size() >= worth_sharing;
    if (!large && space.size() + bytes.size() > largest_piece) return;
    append_header(space, (next.compressed ? rsv1 : 0) | next.frame->opcode, bytes.size());
    header_taken_ = large;
    if (large) return;
    space += bytes;
    next.frame.reset();
  }
  if (close_code_) append_close(space, *std::exchange(close_code_, std::nullopt));
}

/// With an outbox that is never quite empty the list would grow at its end for ever.
void Outbox::let_go_of_taken() {
  if (taken_ == frames_.size()) {
    frames_ = std::vector<Waiting>();  // its memory, too: most connections are silent
  } else if (taken_ * 2 > frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(taken_));
  } else {
    return;
  }
  taken_ = 0;
}

}  // namespace phx::websocket
