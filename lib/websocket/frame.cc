/// Writes frames, never fragmented: a server's without a mask, a client's under one.

#include "websocket/frame.h"

#include <array>
#include <cstring>

#include "base/check.h"

namespace phx::websocket {

namespace {

/// With that many bytes of length: a head whose size the compiler knows is put together in a
/// register.
template <std::size_t extended>
void append_head_with(std::string& out, unsigned first_byte, std::size_t payload) {
  std::array<char, 2 + extended> head;
  head[0] = static_cast<char>(first_byte);
  head[1] = static_cast<char>(extended == 0 ? payload : extended == 2 ? 126 : 127);
  for (std::size_t i = 0; i < extended; ++i) {
    head[2 + i] = static_cast<char>(payload >> (8 * (extended - 1 - i)));
  }
  out.append(head.data(), head.size());
}

}  // namespace

[[gnu::flatten]] void append_head(std::string& out, unsigned flags, Opcode opcode,
                                  std::size_t payload) {
  const unsigned first_byte = fin_bit | flags | static_cast<unsigned>(opcode);
  if (payload < 126) return append_head_with<0>(out, first_byte, payload);
  if (payload < 65'536) return append_head_with<2>(out, first_byte, payload);
  append_head_with<8>(out, first_byte, payload);
}

void append_control(std::string& out, Opcode opcode, std::string_view payload) {
  check(payload.size() <= max_control_payload, "a control frame has at most 125 bytes");
  append_head(out, 0, opcode, payload.size());
  out += payload;
}

void append_masked(std::string& out, unsigned flags, Opcode opcode, std::string_view payload,
                   std::uint32_t mask) {
  const std::size_t head = out.size();
  append_head(out, flags, opcode, payload.size());
  out[head + 1] = static_cast<char>(static_cast<unsigned char>(out[head + 1]) | mask_bit);
  std::array<char, 4> key;
  std::memcpy(key.data(), &mask, key.size());
  out.append(key.data(), key.size());
  const std::size_t begin = out.size();
  out += payload;
  unmask(out.data() + begin, payload.size(), mask);
}

std::string close_payload(unsigned code) {
  if (code == 0) return {};
  return {static_cast<char>(code >> 8), static_cast<char>(code)};
}

}  // namespace phx::websocket
