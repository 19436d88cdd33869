/// A value in a frame: a JSON head, a line feed, and the unchanged payload.

#include "testing/values.h"

#include "base/check.h"

namespace phx::testing {
namespace {

using serializer::Broadcast;
using serializer::Frame;
using serializer::Opaque;
using serializer::Payload;
using serializer::SocketMessage;
using serializer::SocketReply;

Opaque opaque(std::string text) { return text.empty() ? Opaque() : Opaque(std::move(text)); }

class Values final : public serializer::Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    Value value = read(frame);
    return {opaque(std::move(value.join_ref)), opaque(std::move(value.ref)), std::move(value.topic),
            std::move(value.name), std::move(value.payload)};
  }
  // Each is encoded for V2 first, and the result dropped, because that throws if it can't be sent.
  Frame encode(const SocketMessage& m) const override {
    serializer::v2_json().encode(m);
    return write({Value::message, std::string(m.join_ref.text()), std::string(m.ref.text()),
                  std::string(m.topic.text()), std::string(m.event.text()), m.payload});
  }
  Frame encode(const SocketReply& r) const override {
    serializer::v2_json().encode(r);
    return write({Value::reply, std::string(r.join_ref.text()), std::string(r.ref.text()),
                  std::string(r.topic.text()), std::string(to_string(r.status)), r.response});
  }
  Frame fastlane(const Broadcast& b) const override {
    serializer::v2_json().fastlane(b);
    return write({Value::message, {}, {}, b.topic, b.event, b.payload});
  }
};

}  // namespace

const serializer::Serializer& values() {
  static const Values serializer;
  return serializer;
}

Value read(const Frame& frame) {
  const std::size_t end = frame.bytes.find('\n');
  check(end != std::string::npos, "the frame was made by testing::values()");
  const Json head = Json::parse(frame.bytes.substr(0, end));
  const auto text = [&head](std::size_t index) { return head[index].string_or(""); };
  std::string body = frame.bytes.substr(end + 1);
  return {static_cast<Value::Kind>(head[std::size_t{0}].integer_or(0)),
          text(1),
          text(2),
          text(3),
          text(4),
          frame.opcode == Frame::binary ? Payload::binary(std::move(body))
                                        : Payload::own_text(std::move(body))};
}

Frame write(const Value& value) {
  std::string bytes = Json::array({static_cast<int>(value.kind), value.join_ref, value.ref,
                                   value.topic, value.name})
                          .dump();
  bytes += '\n';
  bytes += value.payload.view();
  return {value.payload.is_binary() ? Frame::binary : Frame::text, std::move(bytes)};
}

}  // namespace phx::testing
