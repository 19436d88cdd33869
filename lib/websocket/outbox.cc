/// Joins small frames, shares large ones.

#include "websocket/outbox.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace phx::websocket {
namespace {

constexpr std::size_t worth_sharing = 16'384;  // below this a copy is cheaper than another write
constexpr std::size_t largest_piece = 65'536;  // of joined frames
constexpr std::size_t a_burst = 16;            // frames; more than the first few come together

}  // namespace

Outbox::Contents& Outbox::contents() {
  if (!contents_) contents_ = std::make_unique<Contents>();
  return *contents_;
}

std::size_t Outbox::held() const {
  if (empty()) return 0;
  return contents_->bytes + (contents_->frames.size() - contents_->next) * memory_of_a_frame;
}

void Outbox::begin_with(std::string head) {
  check(empty(), "the handshake's answer comes first");
  contents().bytes = head.size();
  contents().rest = std::make_unique<Rest>(Rest{nullptr, std::move(head), 0});
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
  Contents& to = contents();
  to.bytes += frame_size(waiting.frame->bytes.size());
  if (to.frames.size() == to.frames.capacity()) {
    to.frames.reserve(std::max(a_burst, 2 * to.frames.size()));
  }
  to.frames.push_back(std::move(waiting));
}

void Outbox::add_close(unsigned code) {
  contents().close_code = static_cast<std::uint16_t>(code);
  contents().bytes += frame_size(close_payload(code).size());
}

Outbox::Piece Outbox::take(std::string& space) {
  check(!empty(), "a piece is taken where one waits");
  Contents& from = *contents_;
  Piece piece;
  if (from.rest) {
    const std::unique_ptr<Rest> rest = std::move(from.rest);
    if (!rest->frame) space = std::move(rest->copy);
    piece.frame = std::move(rest->frame);
    piece.bytes = std::string_view(piece.frame ? piece.frame->bytes : space).substr(rest->offset);
  } else if (from.head_taken) {
    from.head_taken = false;
    piece.frame = std::move(from.frames[from.next++].frame);
    piece.bytes = piece.frame->bytes;
  } else {
    join(space);
    piece.bytes = space;
  }
  from.bytes -= piece.bytes.size();
  release_taken();
  return piece;
}

void Outbox::put_back(const Piece& piece, std::size_t taken) {
  Contents& to = contents();
  check(!to.rest && taken < piece.bytes.size(), "the rest of the last piece is put back, once");
  to.rest = std::make_unique<Rest>();
  const std::string_view left = piece.bytes.substr(taken);
  if (piece.frame) {
    to.rest->frame = piece.frame;
    to.rest->offset = piece.frame->bytes.size() - left.size();
  } else {
    to.rest->copy = left;
  }
  to.bytes += left.size();
}

/// Joins frames up to a large one, or until the space is full.
void Outbox::join(std::string& space) {
  Contents& from = *contents_;
  space.clear();
  for (; from.next < from.frames.size(); ++from.next) {
    Waiting& next = from.frames[from.next];
    const std::string& bytes = next.frame->bytes;
    const bool large = bytes.size() >= worth_sharing;
    if (!large && space.size() + bytes.size() > largest_piece) return;
    append_head(space, next.compressed ? rsv1_bit : 0, next.opcode, bytes.size());
    from.head_taken = large;
    if (large) return;
    space += bytes;
    next.frame.reset();
  }
  if (from.close_code) {
    const unsigned code = *std::exchange(from.close_code, std::nullopt);
    append_control(space, Opcode::close, close_payload(code));
  }
}

/// Otherwise the list of an outbox that is never quite empty would grow for ever.
void Outbox::release_taken() {
  if (contents_->bytes == 0) return contents_.reset();
  auto& frames = contents_->frames;
  std::size_t& next = contents_->next;
  if (next * 2 <= frames.size()) return;
  frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(next));
  if (frames.empty()) frames.shrink_to_fit();
  next = 0;
}

}  // namespace phx::websocket
