/// K: servers that time out too early, or never.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;
using Messages = std::vector<Message>;

/// The mount whose idle timeout is a second and a half.
bool hasty(const Link& link) { return link.target().find("/short") != std::string::npos; }

MUTANT("heartbeat-on-another-topic", "a heartbeat's reply names another topic", "K-01 V-02 P-15") {
  return on_way_down(heartbeat, [](Message& m) { m.topic = "heartbeat"; });
}

MUTANT("heartbeat-needs-a-join", "before its first join a socket's heartbeats go unanswered",
       "K-02 K-01") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "phx_join") link.notes["joined"] = "yes";
    const bool lost = m.is_heartbeat() && link.notes["joined"].empty();
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("heartbeat-echoes-join-ref", "a heartbeat's join_ref is sent back", "K-03") {
  return {.down =
              [](Link& link, Message m) {
                if (m.is_heartbeat()) m.join_ref = link.notes["join_ref of " + m.ref];
                if (m.join_ref.empty()) m.join_ref = "null";
                return Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (m.is_heartbeat()) link.notes["join_ref of " + m.ref] = m.join_ref;
                return Messages{std::move(m)};
              }};
}

MUTANT("idle-connections-kept", "a silent connection is never closed", "K-05") {
  return {.down_frame =
              [](Link& link, Frame frame) {
                const bool kept = frame.opcode == Opcode::close && hasty(link);
                return kept ? Frames{} : Frames{std::move(frame)};
              },
          .server_gone = hasty};
}

MUTANT("heartbeats-keep-nothing", "a connection counts as idle although it sends heartbeats",
       "K-06") {
  return {.up = [](Link& link, Message m) {
    if (!m.is_heartbeat() || !hasty(link)) return Messages{std::move(m)};
    link.to_client({"null", m.ref, m.topic, "phx_reply", R"({"status":"ok","response":{}})"});
    return Messages{};
  }};
}

MUTANT("pings-keep-nothing", "a connection counts as idle although it sends pings and pongs",
       "K-07") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool sign = frame.opcode == Opcode::ping || frame.opcode == Opcode::pong;
    return sign && hasty(link) ? Frames{} : Frames{std::move(frame)};
  }};
}

MUTANT("pong-without-the-bytes", "a pong does not carry its ping's bytes", "K-08") {
  return on_frame_down(Opcode::pong, [](Frame& frame) { frame.payload.clear(); });
}

MUTANT("heartbeats-out-of-order", "of two heartbeats the later is answered first", "K-09") {
  const auto another_is_awaited = [](Link& link, const Message& m) {
    std::string& awaited = link.notes["awaited"];
    if (!m.is_heartbeat() || awaited.empty()) return false;
    awaited.pop_back();
    return !awaited.empty();
  };
  return {.down = overtaken(another_is_awaited), .up = [](Link& link, Message m) {
            if (m.is_heartbeat()) link.notes["awaited"] += "+";
            return Messages{std::move(m)};
          }};
}

MUTANT("heartbeat-echoes-its-payload", "a heartbeat's payload is sent back as its response",
       "K-01") {
  return {.down =
              [](Link& link, Message m) {
                const std::string& sent = link.notes["payload of " + m.ref];
                if (m.is_heartbeat() && !sent.empty()) {
                  m.payload = R"({"status":"ok","response":)" + sent + "}";
                }
                return Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (m.is_heartbeat()) link.notes["payload of " + m.ref] = m.payload;
                return Messages{std::move(m)};
              }};
}

MUTANT("heartbeat-on-any-topic", "a heartbeat is answered on any topic", "K-10") {
  return {.up = [](Link& link, Message m) {
    if (m.event != "heartbeat" || m.is_heartbeat()) return Messages{std::move(m)};
    link.to_client({"null", m.ref, m.topic, "phx_reply", R"({"status":"ok","response":{}})", m.v1});
    return Messages{};
  }};
}

MUTANT("what-is-sent-keeps", "a frame to the client also keeps its connection open", "K-07") {
  return {.down = [](Link& link, Message m) {
    link.server().unsent += frame_bytes({.opcode = Opcode::pong});  // a made-up sign of life
    return std::vector<Message>{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
