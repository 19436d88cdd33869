/// Joins small frames, shares large ones.

#include "websocket/outbox.h"

#include <utility>

#include "base/check.h"

namespace phx::websocket {
namespace {

constexpr std::size_t worth_sharing = 16'384;  // below this a copy is cheaper than another write
constexpr std::size_t largest_piece = 65'536;  // of joined frames

}  // namespace

void Outbox::begin_with(std::string head) {
  check(empty(), "the handshake's answer comes first");
  bytes_ = head.size();
  rest_ = std::make_unique<Rest>(Rest{nullptr, std::move(head), 0});
}

void Outbox::add(serializer::FramePtr frame, bool compressed) {
  const Opcode opcode = frame->opcode == serializer::Frame::binary ? Opcode::binary : Opcode::text;
  append({std::move(frame), opcode, compressed});
}

void Outbox::add_pong(std::string payload) {
  append({std::make_shared<const serializer::Frame>(
              serializer::Frame{serializer::Frame::binary, std::move(payload)}),
          Opcode::pong, false});
}

void Outbox::append(Waiting waiting) {
  constexpr std::size_t usual = 4;
  if (frames_.empty()) frames_.reserve(usual);
  bytes_ += frame_size(waiting.frame->bytes.size());
  frames_.push_back(std::move(waiting));
}

void Outbox::add_close(unsigned code) {
  close_code_ = static_cast<std::uint16_t>(code);
  bytes_ += frame_size(close_payload(code).size());
}

Outbox::Piece Outbox::take(std::string& space) {
  check(!empty(), "a piece is taken where one waits");
  Piece piece;
  if (rest_) {
    const std::unique_ptr<Rest> rest = std::move(rest_);
    if (!rest->frame) space = std::move(rest->copy);
    piece.frame = std::move(rest->frame);
    piece.bytes = std::string_view(piece.frame ? piece.frame->bytes : space).substr(rest->offset);
  } else if (head_taken_) {
    head_taken_ = false;
    piece.frame = std::move(frames_[next_++].frame);
    piece.bytes = piece.frame->bytes;
  } else {
    join(space);
    piece.bytes = space;
  }
  bytes_ -= piece.bytes.size();
  release_taken();
  return piece;
}

void Outbox::put_back(const Piece& piece, std::size_t taken) {
  check(!rest_ && taken < piece.bytes.size(), "the rest of the last piece is put back, once");
  rest_ = std::make_unique<Rest>();
  const std::string_view left = piece.bytes.substr(taken);
  if (piece.frame) {
    rest_->frame = piece.frame;
    rest_->offset = piece.frame->bytes.size() - left.size();
  } else {
    rest_->copy = left;
  }
  bytes_ += left.size();
}

/// Joins frames up to a large one, or until the space is full.
void Outbox::join(std::string& space) {
  space.clear();
  for (; next_ < frames_.size(); ++next_) {
    Waiting& next = frames_[next_];
    const std::string& bytes = next.frame->bytes;
    const bool large = bytes.size() >= worth_sharing;
    if (!large && space.size() + bytes.size() > largest_piece) return;
    append_head(space, next.compressed ? rsv1_bit : 0, next.opcode, bytes.size());
    head_taken_ = large;
    if (large) return;
    space += bytes;
    next.frame.reset();
  }
  if (close_code_) {
    append_control(space, Opcode::close, close_payload(*std::exchange(close_code_, std::nullopt)));
  }
}

/// Otherwise the list of an outbox that is never quite empty would grow for ever.
void Outbox::release_taken() {
  if (next_ == frames_.size()) {
    frames_ = std::vector<Waiting>();  // frees its memory, too: most connections are silent
  } else if (next_ * 2 > frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(next_));
  } else {
    return;
  }
  next_ = 0;
}

}  // namespace phx::websocket
