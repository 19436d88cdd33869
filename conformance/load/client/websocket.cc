/// \file
/// The client's half of the websocket framing (RFC 6455, section 5.2).
#include "conformance/load/client/websocket.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

// The RFC's own example key, and the answer that proves it was read (section 1.3).
constexpr std::string_view sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// A fresh key a frame guards against hostile web pages; a load client has none, and saves the cost.
constexpr std::array<unsigned char, 8> mask{0x5a, 0x17, 0xc3, 0x2e, 0x5a, 0x17, 0xc3, 0x2e};
constexpr std::size_t mask_size = 4;

constexpr std::size_t longest_head = 16'384;

/// Eight bytes at a time: the client must cost far less than the server.
void append_masked(std::string& out, std::string_view payload) {
  const auto begin = out.size();
  out.append(payload);
  char* at = out.data() + begin;
  std::uint64_t word_mask = 0;
  std::memcpy(&word_mask, mask.data(), sizeof word_mask);
  std::size_t i = 0;
  for (; i + sizeof word_mask <= payload.size(); i += sizeof word_mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, sizeof word);
    word ^= word_mask;
    std::memcpy(at + i, &word, sizeof word);
  }
  for (; i < payload.size(); ++i) at[i] = static_cast<char>(at[i] ^ mask[i % mask_size]);
}

}  // namespace

std::string upgrade_request(std::string_view host, std::uint16_t port, std::string_view path) {
  const bool brackets = host.find(':') != std::string_view::npos;  // an IPv6 address
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
      path, brackets ? fmt::format("[{}]", host) : host, port, sample_key);
}

std::optional<std::size_t> upgrade_response(std::string_view in) {
  const auto end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (in.size() > longest_head) throw Failure("the response to the upgrade does not end");
    return std::nullopt;
  }
  const auto head = in.substr(0, end);
  if (!head.starts_with("HTTP/1.1 101"))
    throw Failure(fmt::format("the upgrade was refused: {}", head.substr(0, head.find('\r'))));
  if (head.find(sample_accept) == std::string_view::npos)
    throw Failure("the upgrade's sec-websocket-accept is wrong");
  return end + 4;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  const unsigned first = 0x80 | static_cast<unsigned>(opcode);
  conformance::append_frame_head(out, static_cast<std::uint8_t>(first), true, payload.size());
  out.append(reinterpret_cast<const char*>(mask.data()), mask_size);
  append_masked(out, payload);
}

std::optional<Frame> next_frame(std::string_view in) {
  if (in.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(in[0]);
  const auto second = static_cast<unsigned char>(in[1]);
  if ((first & 0x70) != 0) throw Failure("the server set a reserved bit in a frame");
  if ((first & 0x80) == 0) throw Failure("the server sent a fragment");
  if ((second & 0x80) != 0) throw Failure("the server masked a frame");
  const auto head = conformance::read_frame_head(in);
  if (!head || in.size() - head->size < head->payload) return std::nullopt;
  return Frame{head->opcode(), in.substr(head->size, head->payload), head->size + head->payload};
}

}  // namespace phx::bench
