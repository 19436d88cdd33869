/// V2's array of five in MessagePack, by msgpack-cxx: one solution of exercise "messagepack".

#include "chapters/07-the-serializer/exercise-messagepack/messagepack.h"

#include <bit>
#include <cmath>
#include <limits>
#include <msgpack.hpp>

#include "serializer/json_text.h"
#include "serializer/scanner.h"

namespace phx::exercise {
namespace {

using serializer::Broadcast;
using serializer::DecodeError;
using serializer::Frame;
using serializer::Opaque;
using serializer::OpaqueView;
using serializer::Payload;
using serializer::SocketMessage;
using serializer::SocketReply;

// --- Reading ------------------------------------------------------------------------------------

std::string text(const msgpack::object& value) {
  if (value.type != msgpack::type::STR) throw DecodeError("expected str, got another type");
  std::string text(value.via.str.ptr, value.via.str.size);
  if (!serializer::is_utf8(text)) throw DecodeError("expected a str in UTF-8, got other bytes");
  return text;
}

Opaque opaque(const msgpack::object& value) {
  return value.is_nil() ? Opaque() : Opaque(text(value));
}

Json json(const msgpack::object& value);

Json items(const msgpack::object_array& array) {
  Json list = Json::array();
  for (const msgpack::object& item : array) list.append(json(item));
  return list;
}

Json members(const msgpack::object_map& map) {
  Json object = Json::object();
  for (const msgpack::object_kv& member : map) object.set(text(member.key), json(member.val));
  return object;
}

Json unsigned_integer(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw DecodeError("expected an integer of 64 bits with a sign, got a larger one");
  }
  return value;
}

Json number(double value) {
  if (!std::isfinite(value)) throw DecodeError("expected a float that is a number, got another");
  return value;
}

Json json(const msgpack::object& value) {
  switch (value.type) {
    case msgpack::type::NIL: return nullptr;
    case msgpack::type::BOOLEAN: return value.via.boolean;
    case msgpack::type::POSITIVE_INTEGER: return unsigned_integer(value.via.u64);
    case msgpack::type::NEGATIVE_INTEGER: return value.via.i64;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return number(value.via.f64);
    case msgpack::type::STR: return text(value);
    case msgpack::type::ARRAY: return items(value.via.array);
    case msgpack::type::MAP: return members(value.via.map);
    case msgpack::type::BIN:
    case msgpack::type::EXT: break;
  }
  throw DecodeError("expected what JSON can hold, got bytes or an extension");
}

Payload payload(const msgpack::object& value) {
  if (value.type != msgpack::type::BIN) return json(value);
  return Payload::binary({value.via.bin.ptr, value.via.bin.size});
}

/// One value and nothing behind it. Each item takes a byte at least, so that nothing can have more
/// items than the frame has bytes: what promises more is refused before room is made for it.
msgpack::object_handle whole(const std::string& bytes) {
  constexpr std::size_t deepest = 101;  // the array of five, and a hundred in its payload
  const std::size_t most = bytes.size();
  const msgpack::unpack_limit limit(most, most, most, most, most, deepest);
  std::size_t end = 0;
  try {
    msgpack::object_handle value =
        msgpack::unpack(bytes.data(), bytes.size(), end, nullptr, nullptr, limit);
    if (end == bytes.size()) return value;
  } catch (const msgpack::unpack_error&) {
    throw DecodeError("expected one value of MessagePack, got other bytes");
  }
  throw DecodeError("expected nothing behind the value, got more bytes");
}

SocketMessage decode_array(const std::string& bytes) {
  const msgpack::object_handle value = whole(bytes);
  const msgpack::object& array = value.get();
  if (array.type != msgpack::type::ARRAY || array.via.array.size != 5) {
    throw DecodeError("expected an array of five, got something else");
  }
  const msgpack::object* const part = array.via.array.ptr;
  return {opaque(part[0]), opaque(part[1]), text(part[2]), text(part[3]), payload(part[4])};
}

// --- Writing ------------------------------------------------------------------------------------

class Writer {
 public:
  Writer() { packer_.pack_array(5); }

  void write(std::string_view text) { packer_.pack(text); }
  void write(OpaqueView ref) { ref.is_null() ? void(packer_.pack_nil()) : write(ref.text()); }
  void write(const Payload& payload) {
    if (!payload.is_binary()) return write(payload.json());
    packer_.pack_bin(static_cast<std::uint32_t>(payload.view().size()));
    packer_.pack_bin_body(payload.view().data(), static_cast<std::uint32_t>(payload.view().size()));
  }
  void write(const Json& value) {
    switch (json_typeof(value.get())) {
      case JSON_OBJECT: return members(value);
      case JSON_ARRAY: return items(value);
      case JSON_STRING: return write(value.string_or(""));
      case JSON_INTEGER: return void(packer_.pack(value.integer_or(0)));
      case JSON_REAL: return real(json_real_value(value.get()));
      case JSON_TRUE: return void(packer_.pack_true());
      case JSON_FALSE: return void(packer_.pack_false());
      case JSON_NULL: return void(packer_.pack_nil());
    }
  }
  void reply(const SocketReply& reply) {
    packer_.pack_map(2);
    write("response");
    write(reply.response);
    write("status");
    write(to_string(reply.status));
  }
  Frame frame() const { return {Frame::binary, {buffer_.data(), buffer_.size()}}; }

 private:
  void write(const char* text) { write(std::string_view(text)); }
  void write(const std::string& text) { write(std::string_view(text)); }
  /// The packer would write 2.0 as the integer 2, and 1e19 as one that no decode() takes.
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::string bytes = "\xcb";
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift & 0xff);
    buffer_.write(bytes.data(), bytes.size());
  }
  void members(const Json& object) {
    packer_.pack_map(static_cast<std::uint32_t>(object.size()));
    for (const auto& [key, member] : object.sorted_members()) {
      write(key);
      write(member);
    }
  }
  void items(const Json& array) {
    packer_.pack_array(static_cast<std::uint32_t>(array.size()));
    for (std::size_t i = 0; i < array.size(); ++i) write(array[i]);
  }

  msgpack::sbuffer buffer_;
  msgpack::packer<msgpack::sbuffer> packer_{buffer_};
};

Frame push(OpaqueView join_ref, OpaqueView ref, OpaqueView topic, OpaqueView event,
           const Payload& payload) {
  if (!payload.is_binary()) serializer::require_object(payload);
  Writer out;
  for (const OpaqueView part : {join_ref, ref, topic, event}) out.write(part);
  out.write(payload);
  return out.frame();
}

class MessagePack final : public serializer::Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    if (frame.opcode != Frame::binary) throw DecodeError("expected a binary frame, got text");
    return decode_array(frame.bytes);
  }

  Frame encode(const SocketMessage& m) const override {
    return push(m.join_ref, m.ref, m.topic, m.event, m.payload);
  }

  Frame encode(const SocketReply& r) const override {
    Writer out;
    for (const OpaqueView part : {r.join_ref, r.ref, r.topic}) out.write(part);
    out.write(OpaqueView("phx_reply"));
    out.reply(r);
    return out.frame();
  }

  Frame fastlane(const Broadcast& b) const override {
    return push({}, {}, b.topic, b.event, b.payload);
  }
};

}  // namespace

const serializer::Serializer& v3_messagepack() {
  static const MessagePack serializer;
  return serializer;
}

}  // namespace phx::exercise
