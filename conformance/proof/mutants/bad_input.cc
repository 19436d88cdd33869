/// E: servers that accept too much, and servers that bad input takes down.

#include <cstdlib>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;

bool is_text(const Frame& frame) { return frame.opcode == Opcode::text && frame.fin; }

/// A server that is taken down: it is gone at once, without output.
[[noreturn]] void fall_over() { std::_Exit(86); }

/// Client frames of that kind are dropped silently.
Tamper forgiving(bool (*forgiven)(const Frame&)) {
  return {.up_frame = [forgiven](Link&, Frame frame) {
    return forgiven(frame) ? Frames{} : Frames{std::move(frame)};
  }};
}

void recode(Frame& frame, std::uint16_t from, std::uint16_t to) {
  if (close_code(frame.payload) == from) frame.payload = close_payload(to);
}

MUTANT("rubbish-forgiven", "text that is not JSON is ignored", "E-01 E-03 E-16") {
  return forgiving([](const Frame& f) { return is_text(f) && !parse_json(f.payload); });
}

MUTANT("shapes-forgiven", "JSON that is not a message is ignored", "E-02 E-03") {
  return forgiving([](const Frame& f) {
    return is_text(f) && parse_json(f.payload) && !read_message(f.payload);
  });
}

MUTANT("rubbish-closes-with-1002", "a frame that is not a message ends with another code", "E-03") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1011, 1002); });
}

MUTANT("rubbish-closes-with-a-reason", "the close for a bad frame has a reason", "E-03") {
  return on_frame_down(Opcode::close, [](Frame& f) {
    if (close_code(f.payload) == 1011) f.payload += "bad frame";
  });
}

MUTANT("binary-forgiven", "a binary frame that can't be parsed is ignored", "E-04") {
  return forgiving([](const Frame& f) { return f.opcode == Opcode::binary; });
}

MUTANT("not-utf8-closes-with-1011", "text that is not UTF-8 ends with another code", "E-05") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1007, 1011); });
}

MUTANT("too-large-closes-with-1011", "a frame over the limit ends with another code", "E-06") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1009, 1011); });
}

MUTANT("broken-framing-closes-with-1000", "a frame that RFC 6455 forbids ends with another code",
       "E-07") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1002, 1000); });
}

MUTANT("fragments-lost", "a message in fragments is dropped", "E-08") {
  return forgiving([](const Frame& f) { return !f.fin || f.opcode == Opcode::continuation; });
}

MUTANT("empty-fragment-refused", "an empty fragment ends its connection, as on Bandit 1.11",
       "E-15") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool goes_on = frame.opcode == Opcode::continuation && !frame.fin;
    if (!goes_on || !frame.payload.empty()) return Frames{std::move(frame)};
    link.cut();
    return Frames{};
  }};
}

MUTANT("odd-types-kill", "a topic that is not a string takes the server down", "E-09") {
  return {.up_frame = [](Link&, Frame frame) {
    const auto json = is_text(frame) ? parse_json(frame.payload) : std::nullopt;
    const bool odd = json && json_array_size(json->get()) == 5 &&
                     !json_is_string(json_array_get(json->get(), 2));
    if (odd) fall_over();
    return Frames{std::move(frame)};
  }};
}

MUTANT("deep-nesting-kills", "a hundred thousand brackets take the server down", "E-10") {
  return {.up_frame = [](Link&, Frame frame) {
    if (frame.payload.find("[[[[[[[[[[[[[[[[") != std::string::npos) fall_over();
    return Frames{std::move(frame)};
  }};
}

MUTANT("rubbish-disturbs-others", "a connection that sends invalid data ends another one too",
       "E-11") {
  return {.up_frame = [](Link& link, Frame frame) {
    if (is_text(frame) && !parse_json(frame.payload)) link.all().front().cut();
    return Frames{std::move(frame)};
  }};
}

MUTANT("rubbish-requests-kill", "an invalid request takes the server down", "E-12") {
  return {.no_request = [](Link&) { fall_over(); }};
}

MUTANT("unmasked-frames-taken", "a client frame without a mask is accepted", "E-13") {
  return {.up_frame = [](Link&, Frame frame) {
    frame.masked = true;
    return Frames{std::move(frame)};
  }};
}

MUTANT("close-answered-with-another-code", "a client's close is answered with 1001", "E-14 D-03") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1000, 1001); });
}

MUTANT("leading-zeros-taken", "a number with a leading zero is accepted", "E-16") {
  return {.up_frame = [](Link&, Frame frame) {
    frame.payload = replaced(replaced(frame.payload, ",01]", ",1]"), ":01}", ":1}");
    return Frames{std::move(frame)};
  }};
}

MUTANT("overlong-characters-taken", "an overlong form of a character is accepted", "E-17") {
  return {.up_frame = [](Link&, Frame frame) {
    frame.payload = replaced(frame.payload, "\xe0\x80\x80", "x");
    return Frames{std::move(frame)};
  }};
}

MUTANT("pieces-of-frames-refused", "a frame that comes in pieces ends its connection", "E-18") {
  return {.in_pieces = [](Link& link) {
    if (link.upgraded()) link.cut();
  }};
}

MUTANT("one-byte-less-is-the-limit", "a message of exactly the limit is refused", "E-19") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool small = link.target().find("/small") != std::string::npos;
    if (small && frame.payload.size() == 1'000) frame.payload += ' ';
    return Frames{std::move(frame)};
  }};
}

MUTANT("one-byte-more-is-the-limit", "a message of one byte over the limit is accepted", "E-19") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool small = link.target().find("/small") != std::string::npos;
    if (small && frame.payload.size() == 1'001) frame.payload.erase(frame.payload.rfind('x'), 1);
    return Frames{std::move(frame)};
  }};
}

MUTANT("rubbish-closes-with-1000", "a client that sent invalid data is closed with 1000",
       "E-20 E-03") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1011, 1000); });
}

MUTANT("compressed-rubbish-ignored", "an invalid compressed message is ignored", "H-40") {
  return forgiving([](const Frame& f) { return f.rsv == 4; });
}

MUTANT("rubbish-undoes-what-was-before", "messages before a bad one are not answered", "E-21") {
  return {.down = [](Link&, Message m) {
    const bool second = m.is_heartbeat() && m.ref == R"("2")";
    return second ? std::vector<Message>{} : std::vector<Message>{std::move(m)};
  }};
}

MUTANT("close-without-an-end", "after its close frame the server keeps the connection",
       "E-22 D-07") {
  return {.client_gone = [](Link& link) { return link.upgraded(); },
          .server_gone = [](Link& link) { return link.upgraded(); }};
}

MUTANT("fragments-not-counted", "only the last fragment of a message counts for the limit",
       "E-23") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool small = link.target().find("/small") != std::string::npos;
    if (small && !frame.fin && frame.payload.size() == 600) frame.payload.erase(300, 200);
    return Frames{std::move(frame)};
  }};
}

}  // namespace
}  // namespace phx::conformance
