/// Writes client frames, valid and invalid, and reads server frames.

#include "conformance/suite/wire/frame.h"

namespace phx::conformance {
namespace {

constexpr std::uint64_t largest_frame = 64'000'000;  // far above any limit that a rule needs
constexpr std::size_t worth_erasing = 65'536;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xFF);
  }
}

/// What is wrong with a server's head (RFC 6455, 5.2 and 5.5); empty if nothing is.
std::string forbidden(std::uint8_t first, std::size_t head, std::uint64_t size) {
  const bool control = (first & 0x08) != 0;
  const bool wasteful = (head == 4 && size < 126) || (head == 10 && size <= 0xFFFF);
  if (wasteful) return "the server wrote a length in more bytes than necessary";
  if ((first & 0x30) != 0) return "the server set RSV2 or RSV3, which were not negotiated";
  if (control && (first & 0xC0) != 0x80) return "the server fragmented or marked a control frame";
  if (control && size > 125) return "the server wrote a control frame of more than 125 bytes";
  return {};
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

std::string encode(const Frame& frame, const Mask& mask) {
  const std::uint64_t size = frame.payload.size();
  const int mask_bit = frame.masked ? 0x80 : 0;
  std::string out;
  out.reserve(size + 14);
  out +=
      static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | static_cast<int>(frame.opcode));
  if (size < 126) {
    out += static_cast<char>(mask_bit | static_cast<int>(size));
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, size, 8);
  }
  if (!frame.masked) return out + frame.payload;
  for (const auto byte : mask) out += static_cast<char>(byte);
  for (std::size_t i = 0; i < size; ++i) {
    out += static_cast<char>(static_cast<std::uint8_t>(frame.payload[i]) ^ mask[i % mask.size()]);
  }
  return out;
}

Mask without_line_feed(Mask mask, std::string_view payload) {
  for (std::size_t place = 0; place < mask.size(); ++place) {
    std::array<bool, 256> unwanted{};
    unwanted['\n'] = true;
    for (std::size_t i = place; i < payload.size(); i += mask.size()) {
      unwanted[static_cast<std::uint8_t>(payload[i] ^ '\n')] = true;
    }
    for (int tries = 0; tries < 256 && unwanted[mask[place]]; ++tries) ++mask[place];
  }
  return mask;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  return payload.append(reason);
}

std::optional<std::uint16_t> close_code(std::string_view payload) {
  if (payload.size() < 2) return std::nullopt;
  return static_cast<std::uint16_t>(read_big_endian(payload.substr(0, 2)));
}

std::optional<Frame> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  if (!broken_.empty() || rest.size() < 2) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(rest[0]);
  const auto second = static_cast<std::uint8_t>(rest[1]);
  if ((second & 0x80) != 0) {
    broken_ = "the server masked a frame, which only clients do (RFC 6455, 5.1)";
    return std::nullopt;
  }
  const std::uint8_t short_size = second & 0x7F;
  const std::size_t head = short_size == 127 ? 10 : short_size == 126 ? 4 : 2;
  if (rest.size() < head) return std::nullopt;
  const std::uint64_t size = head == 2 ? short_size : read_big_endian(rest.substr(2, head - 2));
  if (size > largest_frame) {
    broken_ = "the server announced a frame of more than 64 MB";
    return std::nullopt;
  }
  broken_ = forbidden(first, head, size);
  if (!broken_.empty() || rest.size() - head < size) return std::nullopt;

  Frame frame{.opcode = static_cast<Opcode>(first & 0x0F),
              .payload = std::string(rest.substr(head, size)),
              .fin = (first & 0x80) != 0,
              .rsv = static_cast<std::uint8_t>(first >> 4 & 7),
              .masked = false};
  consumed_ += head + size;
  if (consumed_ == buffer_.size() || consumed_ > worth_erasing) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return frame;
}

}  // namespace phx::conformance
