/// Reads heads by the rules of RFC 6455, 5.2 to 5.5, and payloads in whatever pieces they come.

#include "websocket/reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/processor.h"
#include "base/utf8.h"
#include "process/hop.h"
#include "serializer/scanner.h"

namespace phx::websocket {

using serializer::Frame;
using socket::CloseCode;

Reader::Reader(const Options& options)
    : max_message_(options.max_message),
      inflater_(options.deflate ? std::make_unique<Inflater>(options.deflate->client_takes_over)
                                : nullptr),
      sender_(options.sender) {}

Event Reader::next(std::string_view& input) {
  check(failure_.why == nullptr, "nothing is read after a failure");
  if (const auto place = plain_message(input)) return take_plain_message(input, *place);
  while (!paused()) {
    if (!in_payload_ && !take_head(input)) break;
    if (!take_payload(input)) break;
    Event event = frame_ended();
    if (!std::holds_alternative<NeedMore>(event)) return event;
    if (failure_.why != nullptr) break;
  }
  if (failure_.why != nullptr) return failure_;
  return NeedMore{};
}

/// Always false, so that a step can return it.
bool Reader::fail(socket::CloseCode code, const char* why) {
  failure_ = Failure{code, why};
  return false;
}

/// Most messages come whole, in one frame, while no other is under way: nothing of them needs to be
/// remembered. All that is unusual, or might be a fault, is left to the steps below, and so is what
/// is traced.
std::optional<Reader::Place> Reader::plain_message(std::string_view input) const {
  if (sender_ != Sender::client || inflater_ || midway() || process::traced()) return {};
  if (input.size() < max_head) return {};
  const auto byte = [input](std::size_t at) { return static_cast<unsigned char>(input[at]); };
  constexpr unsigned text = fin_bit | static_cast<unsigned>(Opcode::text);
  constexpr unsigned binary = fin_bit | static_cast<unsigned>(Opcode::binary);
  const bool masked = (byte(1) & mask_bit) != 0;
  if ((byte(0) != text && byte(0) != binary) || !masked) return {};
  Place place{2 + mask_size(), byte(1) & length_bits};
  if (place.payload > 126) return {};
  if (place.payload == 126) {
    place = {place.head + 2, static_cast<std::size_t>(byte(2) << 8 | byte(3))};
    if (place.payload < 126) return {};
  }
  if (place.payload >= max_message_ || place.payload > input.size() - place.head) return {};
  return place;
}

Frame Reader::take_plain_message(std::string_view& input, Place place) {
  std::uint32_t mask = 0;
  std::memcpy(&mask, input.data() + place.head - sizeof mask, sizeof mask);
  const auto opcode = static_cast<Opcode>(static_cast<unsigned char>(input.front()) & opcode_bits);
  Frame frame{opcode == Opcode::binary ? Frame::binary : Frame::text,
              std::string(input.substr(place.head, place.payload))};
  unmask(frame.bytes.data(), frame.bytes.size(), mask);
  input.remove_prefix(place.head + place.payload);
  return frame;
}

// --- The head -----------------------------------------------------------------------------------

std::size_t Reader::wanted_head() const {
  if (head_size_ < 2) return 2;
  const unsigned length = head_[1] & length_bits;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + mask_size();
}

bool Reader::take_head(std::string_view& input) {
  return head_size_ == 0 && input.size() >= max_head ? take_whole_head(input)
                                                     : take_part_of_head(input);
}

/// As most come: by more bytes than the longest head has.
bool Reader::take_whole_head(std::string_view& input) {
  std::memcpy(head_.data(), input.data(), max_head);
  head_size_ = max_head;
  head_size_ = static_cast<unsigned char>(wanted_head());
  const char* fault = fault_in_first_byte();
  if (fault == nullptr) fault = fault_in_second_byte();
  if (fault == nullptr) fault = fault_in_length();
  if (fault != nullptr) return fail(CloseCode::protocol_error, fault);
  input.remove_prefix(head_size_);
  return begin_payload();
}

bool Reader::take_part_of_head(std::string_view& input) {
  for (std::size_t wanted = wanted_head(); head_size_ < wanted; wanted = wanted_head()) {
    if (input.empty()) return false;
    const std::size_t taken = std::min(input.size(), wanted - head_size_);
    std::memcpy(head_.data() + head_size_, input.data(), taken);
    const bool first_came = head_size_ == 0;
    head_size_ = static_cast<unsigned char>(head_size_ + taken);
    input.remove_prefix(taken);
    const char* fault = first_came ? fault_in_first_byte() : nullptr;
    if (fault == nullptr && head_size_ >= 2) fault = fault_in_second_byte();
    if (fault != nullptr) return fail(CloseCode::protocol_error, fault);
  }
  if (const char* fault = fault_in_length()) return fail(CloseCode::protocol_error, fault);
  return begin_payload();
}

const char* Reader::fault_in_first_byte() const {
  const unsigned rsv = head_[0] & rsv_bits;
  if ((rsv & ~(inflater_ ? rsv1_bit : 0u)) != 0) return "a reserved bit is set";
  switch (opcode()) {
    case Opcode::continuation:
      if (!in_message_) return "a continuation comes where no message is under way";
      if (rsv != 0) return "RSV1 is set on a continuation";  // RFC 7692, 6.1
      return nullptr;
    case Opcode::text:
    case Opcode::binary: return in_message_ ? "a message begins in the middle of another" : nullptr;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (rsv != 0) return "RSV1 is set on a control frame";  // RFC 7692, 6.1
      return final_frame() ? nullptr : "a control frame is fragmented";
  }
  return "an opcode is reserved";
}

const char* Reader::fault_in_second_byte() const {
  const bool masked = (head_[1] & mask_bit) != 0;
  if (!masked && sender_ == Sender::client) return "a client's frame is not masked";
  if (masked && sender_ == Sender::server) return "a server's frame is masked";
  const unsigned length = head_[1] & length_bits;
  if (is_control() && length > max_control_payload) return "a control frame is over 125 bytes";
  if (opcode() == Opcode::close && length == 1) return "a close frame has half a code";
  const bool highest_bit = length == 127 && head_size_ > 2 && (head_[2] & 0x80) != 0;
  return highest_bit ? "a length has its highest bit set" : nullptr;
}

const char* Reader::fault_in_length() const {
  const unsigned length = head_[1] & length_bits;
  if (length < 126) return nullptr;
  if (length == 126) {
    return (head_[2] << 8 | head_[3]) < 126 ? "a length takes more bytes than it needs" : nullptr;
  }
  const bool small = std::all_of(head_.begin() + 2, head_.begin() + 8,
                                 [](unsigned char byte) { return byte == 0; });
  return small ? "a length takes more bytes than it needs" : nullptr;
}

/// Refuses a frame that is announced as too large before a byte of it has come.
bool Reader::begin_payload() {
  const std::size_t length_bytes = head_size_ - 2 - mask_size();
  payload_left_ = head_[1] & length_bits;
  if (length_bytes > 0) payload_left_ = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) payload_left_ = payload_left_ << 8 | head_[2 + i];
  if (sender_ == Sender::client) std::memcpy(&mask_, head_.data() + head_size_ - 4, 4);
  head_size_ = 0;
  in_payload_ = true;
  if (is_control()) return true;
  if (opcode() != Opcode::continuation) {
    in_message_ = true;
    kind_ = opcode();
    checked_ = 0;
    compressed_ = (head_[0] & rsv1_bit) != 0;
  }
  // For a compressed message this says little; inflating enforces the limit itself.
  const std::size_t so_far = compressed_ ? 0 : message_.size();
  if (payload_left_ > max_message_ - std::min(so_far, max_message_)) {
    return fail(CloseCode::too_big, "a message is larger than max_frame_size");
  }
  return true;
}

// --- The payload --------------------------------------------------------------------------------

bool Reader::take_payload(std::string_view& input) {
  const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), payload_left_));
  std::string_view bytes = input.substr(0, there);
  if (!bytes.empty() && !add(bytes)) return false;
  const std::size_t taken = there - bytes.size();
  input.remove_prefix(taken);
  payload_left_ -= taken;
  const bool more_to_come = payload_left_ > 0 || !final_frame();
  if (more_to_come && taken > 0 && !goes_on_as_text()) return false;
  return payload_left_ == 0;
}

/// RFC 6455, 8.1: fails as soon as no bytes that follow could make the message UTF-8.
bool Reader::goes_on_as_text() {
  if (is_control() || kind_ != Opcode::text) return true;
  const auto whole = utf8_prefix(std::string_view(message_).substr(checked_));
  if (!whole) return fail(CloseCode::bad_payload, "a text message is not valid UTF-8");
  checked_ += *whole;
  return true;
}

bool Reader::add(std::string_view& masked) {
  if (!is_control() && compressed_) return inflate(masked);
  std::string& target = is_control() ? control_ : message_;
  const std::size_t before = target.size();
  // Memory grows with what has come, not with what a head announces.
  if (payload_left_ > masked.size() && target.capacity() < before + masked.size()) {
    target.reserve(std::min<std::size_t>(before + payload_left_, 2 * (before + masked.size())));
  }
  if (before == 0 && payload_left_ == masked.size()) {
    target = std::string(masked);
  } else {
    target.append(masked);
  }
  mask_ = unmask(target.data() + before, masked.size(), mask_);
  masked = {};
  return true;
}

bool Reader::inflate(std::string_view& masked) {
  std::array<char, 512> plain;  // they inflate to half a megabyte at most
  while (!masked.empty() && !paused()) {
    const std::size_t size = std::min(masked.size(), plain.size());
    std::memcpy(plain.data(), masked.data(), size);
    mask_ = unmask(plain.data(), size, mask_);
    masked.remove_prefix(size);
    if (!took(inflater_->add({plain.data(), size}, message_, max_message_))) return false;
  }
  return true;
}

bool Reader::took(Inflater::Result result) {
  switch (result) {
    case Inflater::Result::good: return true;
    case Inflater::Result::malformed:
      return fail(CloseCode::protocol_error, "a compressed message can't be inflated");
    case Inflater::Result::too_large:
      return fail(CloseCode::too_big, "a message inflates to more than max_frame_size");
  }
  return false;
}

Event Reader::frame_ended() {
  in_payload_ = false;
  switch (opcode()) {
    case Opcode::ping: return Ping{std::exchange(control_, {})};
    case Opcode::pong: control_ = {}; return Pong{};
    case Opcode::close: return closed();
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary: break;
  }
  return final_frame() ? message_ended() : NeedMore{};
}

Event Reader::message_ended() {
  in_message_ = false;
  if (compressed_ && !took(inflater_->finish(message_, max_message_))) return NeedMore{};
  const auto opcode = kind_ == Opcode::binary ? Frame::binary : Frame::text;
  process::hop("message", message_);
  return Frame{opcode, std::exchange(message_, {})};
}

Event Reader::closed() {
  auto read = read_close(std::exchange(control_, {}), sender_);
  if (auto* failure = std::get_if<Failure>(&read)) {
    failure_ = *failure;
    return NeedMore{};
  }
  return std::get<Close>(read);
}

std::variant<Close, Failure> read_close(std::string_view payload, Sender sender) {
  if (payload.empty()) return Close{0};
  if (payload.size() == 1) {
    return Failure{CloseCode::protocol_error, "a close frame has half a code"};
  }
  const unsigned code =
      static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
  const unsigned last = sender == Sender::client ? 1011 : 1014;
  const bool may_be_sent = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= last) ||
                           (code >= 3000 && code <= 4999);
  if (!may_be_sent) return Failure{CloseCode::protocol_error, "a close code may not be sent"};
  if (!serializer::is_utf8(payload.substr(2))) {
    return Failure{CloseCode::bad_payload, "a close frame's reason is not valid UTF-8"};
  }
  return Close{code};
}

namespace {

/// XORs a block of registers' size with the key.
template <class Block>
[[gnu::always_inline]] inline void unmask_block(char* from, Block key) {
  Block block;
  std::memcpy(&block, from, sizeof block);
  block ^= key;
  std::memcpy(from, &block, sizeof block);
}

using Block = std::uint64_t __attribute__((vector_size(16)));

}  // namespace

std::size_t unmask_by_16(char* bytes, std::size_t size, std::uint64_t keys) {
  const Block key = {keys, keys};
  std::size_t at = 0;
  for (; at + 4 * sizeof key <= size; at += 4 * sizeof key) {
    unmask_block(bytes + at, key);
    unmask_block(bytes + at + sizeof key, key);
    unmask_block(bytes + at + 2 * sizeof key, key);
    unmask_block(bytes + at + 3 * sizeof key, key);
  }
  return at;
}

#ifdef __x86_64__
[[gnu::target("avx2")]] std::size_t unmask_by_32(char* bytes, std::size_t size,
                                                 std::uint64_t keys) {
  using Wide = std::uint64_t __attribute__((vector_size(32)));
  const Wide key = {keys, keys, keys, keys};
  std::size_t at = 0;
  for (; at + 2 * sizeof key <= size; at += 2 * sizeof key) {
    Wide first;
    Wide second;
    std::memcpy(&first, bytes + at, sizeof first);
    std::memcpy(&second, bytes + at + sizeof first, sizeof second);
    first ^= key;
    second ^= key;
    std::memcpy(bytes + at, &first, sizeof first);
    std::memcpy(bytes + at + sizeof first, &second, sizeof second);
  }
  return at;
}
#endif

/// Sixty-four bytes at a time, then sixteen, then eight, then the rest.
std::uint32_t unmask(char* bytes, std::size_t size, std::uint32_t mask) {
  const std::uint64_t keys = static_cast<std::uint64_t>(mask) << 32 | mask;
  std::size_t at = 0;
#ifdef __x86_64__
  if (size >= 64 && has_avx2()) at = unmask_by_32(bytes, size, keys);
#endif
  if (at == 0) at = unmask_by_16(bytes, size, keys);
  for (; at + sizeof(Block) <= size; at += sizeof(Block)) {
    unmask_block(bytes + at, Block{keys, keys});
  }
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes + at, 8);
    word ^= keys;
    std::memcpy(bytes + at, &word, 8);
  }
  std::array<char, 4> key;
  std::memcpy(key.data(), &mask, 4);
  for (std::size_t i = 0; at + i < size; ++i) {
    bytes[at + i] = static_cast<char>(bytes[at + i] ^ key[i % 4]);
  }
  constexpr bool little = std::endian::native == std::endian::little;
  const int turned = static_cast<int>(size % 4) * 8;
  return little ? std::rotr(mask, turned) : std::rotl(mask, turned);
}

}  // namespace phx::websocket
