#pragma once
/// \file
/// The head of one websocket frame: RFC 6455, 5.2, as it stands on the wire.
///
///     byte 0   FIN(1) RSV1-3(3) opcode(4)
///     byte 1   MASK(1) length(7); 126: two bytes of length follow, 127: eight
///     then     the masking key, four bytes, if a client sends it

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace phx::websocket {

/// RFC 6455, 5.2; all others are reserved.
enum class Opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// Set in control frames, which have at most 125 bytes and are never fragmented (5.5).
constexpr unsigned control_bit = 0x8;
constexpr std::size_t max_control_payload = 125;

constexpr unsigned fin_bit = 0x80;
constexpr unsigned rsv1_bit = 0x40;  ///< Set for a compressed message: RFC 7692, 6.
constexpr unsigned rsv_bits = 0x70;
constexpr unsigned opcode_bits = 0x0F;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7F;

/// Bytes of an unmasked frame: its head, and `payload` bytes after it.
constexpr std::size_t frame_size(std::size_t payload) {
  return 2 + (payload < 126 ? 0 : payload < 65'536 ? 2 : 8) + payload;
}

/// Appends the head of an unmasked, unfragmented frame. `flags` is rsv1_bit or 0.
void append_head(std::string& out, unsigned flags, Opcode opcode, std::size_t payload);

/// Appends a whole unmasked control frame. REQUIRES: payload.size() <= max_control_payload.
void append_control(std::string& out, Opcode opcode, std::string_view payload);

/// Appends a whole, unfragmented frame as a client sends it: masked with `mask` (5.3), whose four
/// bytes no one may be able to predict.
void append_masked(std::string& out, unsigned flags, Opcode opcode, std::string_view payload,
                   std::uint32_t mask);

/// XORs `bytes` with the key; returns the key rotated for the byte after them. RFC 6455, 5.3.
std::uint32_t unmask(char* bytes, std::size_t size, std::uint32_t mask);

/// The two ways to do so for whole steps of sixty-four bytes: each returns the number of bytes in
/// them. `keys` is the key, two times.
std::size_t unmask_by_16(char* bytes, std::size_t size, std::uint64_t keys);
#ifdef __x86_64__
/// REQUIRES: has_avx2().
std::size_t unmask_by_32(char* bytes, std::size_t size, std::uint64_t keys);
#endif

/// A close frame's payload: its code, big-endian, without a reason; empty for code 0.
std::string close_payload(unsigned code);

}  // namespace phx::websocket
