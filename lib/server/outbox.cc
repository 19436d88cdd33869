/// RFC 6455's framing, the server's half: no mask, no fragments.

#include "server/outbox.h"

namespace phx::server {
namespace {

constexpr std::size_t worth_sharing = 16'384;  // below this a copy is cheaper than another write
constexpr std::size_t largest_piece = 65'536;

constexpr unsigned final_frame = 0x80;
constexpr unsigned rsv1 = 0x40;  // a compressed message's: RFC 7692, 6

std::string header(unsigned bits_and_opcode, std::size_t size) {
  std::string bytes(1, static_cast<char>(final_frame | bits_and_opcode));
  const auto put = [&](int count) {
    for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i));
  };
  if (size < 126) {
    put(1);
  } else if (size < 65'536) {
    bytes += static_cast<char>(126);
    put(2);
  } else {
    bytes += static_cast<char>(127);
    put(8);
  }
  return bytes;
}

}  // namespace

void Outbox::add(const serializer::FramePtr& frame, bool compressed) {
  std::string bytes = header((compressed ? rsv1 : 0) | frame->opcode, frame->bytes.size());
  if (frame->bytes.size() < worth_sharing) return append(bytes += frame->bytes);
  append(bytes);
  pieces_.back().ends_mid_frame = true;
  pieces_.push_back({{}, frame});
  bytes_ += frame->bytes.size();
}

void Outbox::add_close(unsigned code) {
  constexpr unsigned close_opcode = 8;
  std::string bytes = header(close_opcode, code == 0 ? 0 : 2);
  if (code != 0) bytes += {static_cast<char>(code >> 8), static_cast<char>(code)};
  append(bytes);
}

void Outbox::append(std::string_view bytes) {
  const bool joins = !pieces_.empty() && !pieces_.back().shared &&
                     pieces_.back().own.size() + bytes.size() <= largest_piece;
  if (!joins) pieces_.emplace_back();
  pieces_.back().own += bytes;
  bytes_ += bytes.size();
}

std::string_view Outbox::front() const { return pieces_.front().view(); }

bool Outbox::done() {
  const bool mid_frame = pieces_.front().ends_mid_frame;
  bytes_ -= front().size();
  pieces_.pop_front();
  return mid_frame;
}

}  // namespace phx::server
