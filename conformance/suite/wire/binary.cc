/// Writes binary messages, and reads a server's for the transcript.

#include "conformance/suite/wire/binary.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

namespace phx::conformance {
namespace {

enum Kind : std::uint8_t { push = 0, reply = 1, broadcast = 2 };

std::string laid_out(Kind kind, std::initializer_list<std::string_view> parts,
                     std::string_view data) {
  std::string out(1, static_cast<char>(kind));
  for (const auto part : parts) out += static_cast<char>(part.size() & 0xFF);
  for (const auto part : parts) out += part.substr(0, 255);
  return out.append(data);
}

struct Layout {
  const char* name;
  std::vector<const char*> parts;
};

std::optional<Layout> layout_of(std::uint8_t kind) {
  switch (kind) {
    case Kind::push: return Layout{"push", {"join_ref", "topic", "event"}};
    case Kind::reply: return Layout{"reply", {"join_ref", "ref", "topic", "status"}};
    case Kind::broadcast: return Layout{"broadcast", {"topic", "event"}};
    default: return std::nullopt;
  }
}

std::string as_hex(std::string_view bytes) {
  constexpr std::size_t shown = 24;
  std::string hex = fmt::format("{} bytes", bytes.size());
  if (!bytes.empty()) hex += ":";
  for (const unsigned char byte : bytes.substr(0, shown)) hex += fmt::format(" {:02x}", byte);
  return bytes.size() > shown ? hex + " …" : hex;
}

std::string described(std::string_view message, const Layout& layout) {
  if (message.size() < 1 + layout.parts.size()) return as_hex(message);
  std::string out = fmt::format("binary {} [", layout.name);
  std::size_t at = 1 + layout.parts.size();
  for (std::size_t i = 0; i < layout.parts.size(); ++i) {
    const std::size_t size = static_cast<std::uint8_t>(message[1 + i]);
    if (at + size > message.size()) return as_hex(message);
    out +=
        fmt::format("{}{} \"{}\"", i == 0 ? "" : ", ", layout.parts[i], message.substr(at, size));
    at += size;
  }
  return out + "] + " + as_hex(message.substr(at));
}

}  // namespace

std::string encode(const BinaryPush& m) {
  return laid_out(Kind::push, {m.join_ref, m.ref, m.topic, m.event}, m.data);
}
std::string encode(const BinaryPushed& m) {
  return laid_out(Kind::push, {m.join_ref, m.topic, m.event}, m.data);
}
std::string encode(const BinaryReply& m) {
  return laid_out(Kind::reply, {m.join_ref, m.ref, m.topic, m.status}, m.data);
}
std::string encode(const BinaryBroadcast& m) {
  return laid_out(Kind::broadcast, {m.topic, m.event}, m.data);
}

std::string described_push(std::string_view message) {
  if (message.empty() || message.front() != Kind::push) return as_hex(message);
  return described(message, {"push", {"join_ref", "ref", "topic", "event"}});
}

std::string described(std::string_view message) {
  if (message.empty()) return as_hex(message);
  const auto layout = layout_of(static_cast<std::uint8_t>(message.front()));
  return layout ? described(message, *layout) : as_hex(message);
}

}  // namespace phx::conformance
