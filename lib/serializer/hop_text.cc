/// Messages, replies and broadcasts as a traced frame's hops show them.

#include "serializer/json_text.h"

namespace phx::serializer {
namespace {

std::string shown(const Payload& payload) {
  if (!payload.is_binary()) return std::string(payload.view());
  return "\"(" + std::to_string(payload.view().size()) + " bytes)\"";
}

/// `{"name":value,…`, whose values are JSON already.
void add_json(std::string& out, const char* name, std::string_view json) {
  ((((out += out.empty() ? "{\"" : ",\"") += name) += "\":") += json);
}

void add(std::string& out, const char* name, OpaqueView value) {
  FrameText text;
  append(text, value);
  add_json(out, name, text.text());
}

}  // namespace

std::string hop_text(const SocketMessage& message) {
  std::string out;
  add(out, "join_ref", message.join_ref);
  add(out, "ref", message.ref);
  add(out, "topic", message.topic);
  add(out, "event", message.event);
  add_json(out, "payload", shown(message.payload));
  return out + "}";
}

std::string hop_text(const SocketReply& reply) {
  std::string out;
  add(out, "join_ref", reply.join_ref);
  add(out, "ref", reply.ref);
  add(out, "topic", reply.topic);
  add(out, "status", reply.status == Status::ok ? OpaqueView("ok") : OpaqueView("error"));
  add_json(out, "response", shown(reply.response));
  return out + "}";
}

std::string hop_text(const Broadcast& broadcast) {
  std::string out;
  add(out, "topic", OpaqueView(broadcast.topic));
  add(out, "event", OpaqueView(broadcast.event));
  add_json(out, "payload", shown(broadcast.payload));
  return out + "}";
}

}  // namespace phx::serializer
