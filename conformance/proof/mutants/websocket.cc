/// W: servers that only nearly follow RFC 6455.

#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;

MUTANT("close-of-one-byte-taken", "a close of one byte is read as one without a code", "W-01") {
  return {.up_frame = [](Link&, Frame frame) {
    if (frame.opcode == Opcode::close && frame.payload.size() == 1) frame.payload.clear();
    return Frames{std::move(frame)};
  }};
}

MUTANT("close-reason-unread", "a close's reason is not checked", "W-02") {
  return {.up_frame = [](Link&, Frame frame) {
    if (frame.opcode == Opcode::close && frame.payload.size() > 2) frame.payload.resize(2);
    return Frames{std::move(frame)};
  }};
}

MUTANT("pings-answered-a-hundred-times", "after a hundred pongs a connection sends no more",
       "W-03") {
  return {.down_frame = [](Link& link, Frame frame) {
    std::string& pongs = link.notes["pongs"];
    if (frame.opcode == Opcode::pong) pongs += '+';
    const bool lost = frame.opcode == Opcode::pong && pongs.size() > 100;
    return lost ? Frames{} : Frames{std::move(frame)};
  }};
}

MUTANT("pings-wait-for-the-message", "a ping between fragments is answered after the message",
       "W-04 E-08") {
  return {.up_frame = [](Link& link, Frame frame) {
    std::string& held = link.notes["held pings"];
    const bool control = frame.opcode == Opcode::ping || frame.opcode == Opcode::pong;
    if (!control) link.notes["in a message"] = frame.fin ? "" : "yes";
    if (frame.opcode == Opcode::ping && !link.notes["in a message"].empty()) {
      held = frame.payload;
      return Frames{};
    }
    Frames all{std::move(frame)};
    if (!held.empty() && link.notes["in a message"].empty()) {
      all.push_back({.opcode = Opcode::ping, .payload = std::exchange(held, {})});
    }
    return all;
  }};
}

MUTANT("close-forgets-what-was-before",
       "once the client has sent a close, nothing else is answered", "W-05") {
  return {.down_frame =
              [](Link& link, Frame frame) {
                const bool closing = !link.notes["closing"].empty();
                const bool lost = closing && frame.opcode != Opcode::close;
                return lost ? Frames{} : Frames{std::move(frame)};
              },
          .up_frame =
              [](Link& link, Frame frame) {
                if (frame.opcode == Opcode::close) link.notes["closing"] = "yes";
                return Frames{std::move(frame)};
              }};
}

MUTANT("frames-awaited-whole", "the server waits for a frame of any announced size", "W-06 W-07") {
  return {.awaits_all = true};
}

MUTANT("compressed-where-none-may-be", "RSV1 on a control frame or a continuation is ignored",
       "W-08") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool may_have_it = frame.opcode == Opcode::text || frame.opcode == Opcode::binary;
    if (!may_have_it) frame.rsv = 0;
    return Frames{std::move(frame)};
  }};
}

MUTANT("failures-explained", "a failing connection closes with a reason", "W-09") {
  return on_frame_down(Opcode::close, [](Frame& frame) {
    if (close_code(frame.payload) == 1002) frame.payload += "protocol error";
  });
}

MUTANT("failures-await-the-clients-close",
       "after its close frame the server waits for the client's", "W-09") {
  return {
      .up_frame =
          [](Link& link, Frame frame) {
            if (frame.opcode == Opcode::close) link.notes["closed"] = "yes";
            return Frames{std::move(frame)};
          },
      .server_gone = [](Link& link) { return link.upgraded() && link.notes["closed"].empty(); }};
}

MUTANT("breach-undoes-what-was-before",
       "once a frame has broken the protocol, no message is answered", "W-10") {
  return {.down =
              [](Link& link, Message m) {
                const bool lost = !link.notes["breach"].empty();
                return lost ? std::vector<Message>{} : std::vector<Message>{std::move(m)};
              },
          .up_frame =
              [](Link& link, Frame frame) {
                if (!frame.masked) link.notes["breach"] = "yes";
                return Frames{std::move(frame)};
              }};
}

}  // namespace
}  // namespace phx::conformance
