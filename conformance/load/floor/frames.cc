/// \file
/// The bytes of the floor server: the upgrade, frames in and out, and a message's envelope.
#include "conformance/load/floor/frames.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <initializer_list>

namespace phx::floor {
namespace {

constexpr std::size_t mask_size = 4;

void append_parts(std::string& out, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  append_header(out, Opcode::text, size);
  for (const auto part : parts) out.append(part);
}

std::uint64_t big_endian(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

/// Eight bytes at a time.
void unmask(char* at, std::size_t size, const char* mask) {
  std::array<char, 2 * mask_size> twice{};
  std::memcpy(twice.data(), mask, mask_size);
  std::memcpy(twice.data() + mask_size, mask, mask_size);
  std::uint64_t word_mask = 0;
  std::memcpy(&word_mask, twice.data(), sizeof word_mask);
  std::size_t i = 0;
  for (; i + sizeof word_mask <= size; i += sizeof word_mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, sizeof word);
    word ^= word_mask;
    std::memcpy(at + i, &word, sizeof word);
  }
  for (; i < size; ++i) at[i] = static_cast<char>(at[i] ^ twice[i % mask_size]);
}

bool is_spoken(unsigned char first) {
  return first == 0x81 || first == 0x88 || first == 0x89 || first == 0x8a;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_named(std::string_view line, std::string_view lower_name) {
  if (line.size() <= lower_name.size() || line[lower_name.size()] != ':') return false;
  for (std::size_t i = 0; i < lower_name.size(); ++i)
    if (lower(line[i]) != lower_name[i]) return false;
  return true;
}

/// The value of the header, without the spaces around it; empty when there is none.
std::string_view header(std::string_view head, std::string_view lower_name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    if (is_named(line, lower_name)) return trimmed(line.substr(lower_name.size() + 1));
  }
  return {};
}

/// Takes a string with its quotes, or `null`, from the front; empty when there is neither.
std::string_view take(std::string_view& text) {
  std::size_t size = 0;
  if (text.starts_with("null")) {
    size = 4;
  } else if (text.starts_with('"')) {
    const auto end = text.find_first_of("\"\\", 1);
    if (end != std::string_view::npos && text[end] == '"') size = end + 1;
  }
  const auto taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

bool comma(std::string_view& text) {
  if (!text.starts_with(',')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Read next_frame(char* at, std::size_t size, Frame& frame) {
  if (size < 2) return Read::more;
  const auto first = static_cast<unsigned char>(at[0]);
  const auto second = static_cast<unsigned char>(at[1]);
  if (!is_spoken(first) || (second & 0x80) == 0) return Read::broken;
  std::size_t head = 2;
  std::uint64_t length = second & 0x7f;
  if (length >= 126) {
    const std::size_t bytes = length == 126 ? 2 : 8;
    head += bytes;
    if (size < head) return Read::more;
    length = big_endian(at + 2, bytes);
  }
  head += mask_size;
  if (length > largest_frame) return Read::broken;
  if (size < head + length) return Read::more;
  unmask(at + head, length, at + head - mask_size);
  frame = {static_cast<Opcode>(first & 0x0f), {at + head, length}, head + length};
  return Read::frame;
}

void append_header(std::string& out, Opcode opcode, std::size_t size) {
  out.push_back(static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
  const int bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
  out.push_back(static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127));
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(size >> (8 * i)));
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  append_header(out, opcode, payload.size());
  out.append(payload);
}

Upgrade upgrade(std::string_view head) {
  const auto key = header(head, "sec-websocket-key");
  if (key.empty()) return {"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", false};
  // RFC 6455, section 1.3: the key and this GUID, hashed, prove that a websocket was meant.
  const auto proof = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(reinterpret_cast<const unsigned char*>(proof.data()), proof.size(), hash.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> accept{};
  EVP_EncodeBlock(accept.data(), hash.data(), SHA_DIGEST_LENGTH);
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
      "sec-websocket-accept: ";
  response.append(reinterpret_cast<const char*>(accept.data())).append("\r\n\r\n");
  return {std::move(response), true};
}

std::optional<Envelope> envelope(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  Envelope cut;
  for (auto* part : {&cut.join_ref, &cut.ref, &cut.topic, &cut.event}) {
    *part = take(text);
    if (part->empty() || !comma(text)) return std::nullopt;
  }
  if (!cut.topic.starts_with('"') || !cut.event.starts_with('"') || text.empty())
    return std::nullopt;
  for (auto* part : {&cut.topic, &cut.event}) *part = part->substr(1, part->size() - 2);
  cut.payload = text;
  return cut;
}

void append_reply(std::string& out, const Envelope& to, std::string_view status,
                  std::string_view response) {
  append_parts(out, {"[", to.join_ref, ",", to.ref, ",\"", to.topic, R"(","phx_reply",{"status":")",
                     status, R"(","response":)", response, "}]"});
}

void append_message(std::string& out, std::string_view join_ref, std::string_view ref,
                    std::string_view topic, std::string_view event, std::string_view payload) {
  append_parts(out, {"[", join_ref, ",", ref, ",\"", topic, "\",\"", event, "\",", payload, "]"});
}

}  // namespace phx::floor
