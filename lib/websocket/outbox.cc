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

Opcode opcode_of(serializer::Frame::Opcode opcode) {
  return opcode == serializer::Frame::binary ? Opcode::binary : Opcode::text;
}

/// Whether a piece that begins like this may go on with `bytes`. An empty one takes anything.
bool fits(std::string_view piece, std::string_view bytes) {
  return piece.empty() || piece.size() + bytes.size() <= largest_piece;
}

/// For one frame no more than it needs; where a second comes, more are likely to follow.
void make_room(std::string& text, std::size_t bytes) {
  const std::size_t needed = text.size() + bytes;
  if (needed <= text.capacity()) return;
  text.reserve(text.empty() ? needed : std::min(a_burst * bytes + needed, 2 * largest_piece));
}

}  // namespace

Outbox::Contents& Outbox::contents() {
  if (!contents_) contents_ = std::make_unique_for_overwrite<Contents>();  // no zeroes first
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
  const Opcode opcode = opcode_of(frame->opcode);
  append({std::move(frame), opcode, compressed});
}

void Outbox::add_own(serializer::Draft& draft) {
  const auto parts = draft.text.parts();
  const std::size_t size = parts[0].size() + parts[1].size() + parts[2].size();
  if (size >= worth_sharing) {
    return add(std::make_shared<const serializer::Frame>(draft.finished()));
  }
  Contents& to = contents();
  if (to.joined.size() + size > largest_piece) seal(to);
  make_room(to.joined, frame_size(size));
  to.bytes += frame_size(size);
  append_head(to.joined, 0, opcode_of(draft.opcode), size);
  to.joined += parts[0];
  if (parts[1].empty()) return;
  to.joined += parts[1];
  to.joined += parts[2];
}

void Outbox::add_pong(std::string payload) {
  append({std::make_shared<const serializer::Frame>(
              serializer::Frame{serializer::Frame::binary, std::move(payload)}),
          Opcode::pong, false});
}

[[gnu::always_inline]] inline void Outbox::push(Contents& to, Waiting waiting) {
  if (to.frames.size() == to.frames.capacity()) {
    to.frames.reserve(std::max(a_burst, 2 * to.frames.size()));
  }
  to.frames.push_back(std::move(waiting));
}

void Outbox::append(Waiting waiting) {
  Contents& to = contents();
  to.bytes += frame_size(waiting.frame->bytes.size());
  if (!to.joined.empty()) seal(to);
  push(to, std::move(waiting));
}

/// What was joined so far waits as one frame, before all that comes.
[[gnu::noinline]] void Outbox::seal(Contents& to) {
  push(to, {std::make_shared<const serializer::Frame>(
                serializer::Frame{serializer::Frame::binary, std::exchange(to.joined, {})}),
            Opcode::binary, false, true});
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
    const bool large = !next.joined && bytes.size() >= worth_sharing;
    if (!large && !fits(space, bytes)) return;
    if (!next.joined) {
      append_head(space, next.compressed ? rsv1_bit : 0, next.opcode, bytes.size());
    }
    from.head_taken = large;
    if (large) return;
    space += bytes;
    next.frame.reset();
  }
  if (!from.joined.empty()) {
    if (!fits(space, from.joined)) return;
    space.empty() ? space.swap(from.joined) : static_cast<void>(space += from.joined);
    from.joined.clear();
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
