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
std::string forbidden(const FrameHead& head) {
  const std::uint8_t first = head.first;
  const std::uint64_t size = head.payload;
  const bool control = (first & 0x08) != 0;
  const bool wasteful = (head.size == 4 && size < 126) || (head.size == 10 && size <= 0xFFFF);
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

std::optional<FrameHead> read_frame_head(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  FrameHead head{.first = static_cast<std::uint8_t>(bytes[0]), .masked = (second & 0x80) != 0};
  const std::uint8_t short_size = second & 0x7F;
  const std::size_t digits = short_size == 127 ? 8 : short_size == 126 ? 2 : 0;
  head.size = 2 + digits + (head.masked ? std::tuple_size_v<Mask> : 0);
  if (bytes.size() < head.size) return std::nullopt;
  head.payload = digits == 0 ? short_size : read_big_endian(bytes.substr(2, digits));
  return head;
}

void append_frame_head(std::string& out, std::uint8_t first, bool masked, std::uint64_t payload) {
  const unsigned mask_bit = masked ? 0x80 : 0;
  out += static_cast<char>(first);
  if (payload < 126) {
    out += static_cast<char>(mask_bit | payload);
  } else if (payload <= 0xFFFF) {
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, payload, 2);
  } else {
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, payload, 8);
  }
}

std::string encode(const Frame& frame, const Mask& mask) {
  const std::uint64_t size = frame.payload.size();
  std::string out;
  out.reserve(size + 14);
  const int first = (frame.fin ? 0x80 : 0) | frame.rsv << 4 | static_cast<int>(frame.opcode);
  append_frame_head(out, static_cast<std::uint8_t>(first), frame.masked, size);
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
  if ((static_cast<std::uint8_t>(rest[1]) & 0x80) != 0) {
    broken_ = "the server masked a frame, which only clients do (RFC 6455, 5.1)";
    return std::nullopt;
  }
  const auto head = read_frame_head(rest);
  if (!head) return std::nullopt;
  if (head->payload > largest_frame) {
    broken_ = "the server announced a frame of more than 64 MB";
    return std::nullopt;
  }
  broken_ = forbidden(*head);
  if (!broken_.empty() || rest.size() - head->size < head->payload) return std::nullopt;

  Frame frame{.opcode = head->opcode(),
              .payload = std::string(rest.substr(head->size, head->payload)),
              .fin = head->fin(),
              .rsv = head->rsv(),
              .masked = false};
  consumed_ += head->size + head->payload;
  if (consumed_ == buffer_.size() || consumed_ > worth_erasing) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return frame;
}

}  // namespace phx::conformance
