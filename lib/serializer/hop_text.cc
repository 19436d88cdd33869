/// Messages, replies and broadcasts as a traced frame's hops show them.

#include "serializer/json_text.h"

namespace phx::serializer {
namespace {

std::string shown(const Payload& payload) {
  if (!payload.is_binary()) return std::string(payload.view());
  return "\"(" + std::to_string(payload.view().size()) + " bytes)\"";
}

/// `{"name":value,…`, whose values are JSON already.
void add(std::string& out, const char* name, std::string_view value) {
  ((((out += out.empty() ? "{\"" : ",\"") += name) += "\":") += value);
}

void add(std::string& out, const char* name, const Opaque& value) {
  std::string text;
  append(text, value);
  add(out, name, std::string_view(text));
}

}  // namespace

std::string hop_text(const SocketMessage& message) {
  std::string out;
  add(out, "join_ref", message.join_ref);
  add(out, "ref", message.ref);
  add(out, "topic", message.topic);
  add(out, "event", message.event);
  add(out, "payload", std::string_view(shown(message.payload)));
  return out + "}";
}

std::string hop_text(const SocketReply& reply) {
  std::string out;
  add(out, "join_ref", reply.join_ref);
  add(out, "ref", reply.ref);
  add(out, "topic", reply.topic);
  add(out, "status", Opaque(std::string(to_string(reply.status))));
  add(out, "response", std::string_view(shown(reply.response)));
  return out + "}";
}

std::string hop_text(const Broadcast& broadcast) {
  std::string out;
  add(out, "topic", Opaque(broadcast.topic));
  add(out, "event", Opaque(broadcast.event));
  add(out, "payload", std::string_view(shown(broadcast.payload)));
  return out + "}";
}

}  // namespace phx::serializer
