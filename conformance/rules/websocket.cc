/// W: what RFC 6455 and RFC 7692 ask of every websocket, and a channel's messages do not show.

#include <fmt/format.h>

#include "conformance/suite/trial.h"
#include "conformance/suite/violation.h"

namespace phx::conformance {
namespace {

const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
const std::string beaten = R"([{any},"1","phoenix","phx_reply",{any}])";

Frame ping(const std::string& payload) { return {.opcode = Opcode::ping, .payload = payload}; }

Frame close(std::uint16_t code, std::string_view reason = {}) {
  return {.opcode = Opcode::close, .payload = close_payload(code, reason)};
}

RULE("W-01", should, core, "a close of one byte ends the connection with 1002", "RFC 6455, 5.5.1") {
  for (const char* byte : {"x", "\x03"}) {
    Client& client = t.connect();
    client.send_frame({.opcode = Opcode::close, .payload = byte});
    client.expect_close({1002});
  }
}

RULE("W-02", should, core, "a close whose reason is not UTF-8 is answered with 1007 or 1002",
     "RFC 6455, 7.1.6 and 8.1") {
  const std::string longest(123, 'x');
  for (const std::string& reason : {std::string("h\xc3\xa9"), longest}) {
    Client& client = t.connect();
    client.send_frame(close(1000, reason));
    client.expect_close({1000});
  }
  for (const char* reason : {"\xff", "bye \xff", "\xed\xa0\x80"}) {
    Client& client = t.connect();
    client.send_frame(close(1000, reason));
    client.expect_close({1007, 1002});
  }
}

RULE("W-03", should, core, "pings in a row are each answered, in order", "RFC 6455, 5.5.2") {
  constexpr int pings = 200;
  Client& client = t.connect();
  std::vector<Frame> frames;
  for (int i = 0; i < pings; ++i) frames.push_back(ping(fmt::format("{}", i)));
  client.send_frames(frames);
  for (int i = 0; i < pings; ++i) client.expect_pong(fmt::format("{}", i));
  client.expect_silence();
}

RULE("W-04", should, core,
     "a ping between a message's fragments is answered at once, and the message goes on",
     "RFC 6455, 5.4") {
  Client& client = t.connect();
  client.send_frame({.payload = beat.substr(0, 9), .fin = false});
  client.send_frames({ping("one"), ping("")});
  client.expect_pong("one");
  client.expect_pong("");
  client.send_frame({.opcode = Opcode::continuation, .payload = beat.substr(9, 9), .fin = false});
  client.send_frame({.opcode = Opcode::pong, .payload = "unasked"});
  client.send_frame(ping("two"));
  client.expect_pong("two");
  client.send_frame({.opcode = Opcode::continuation, .payload = beat.substr(18)});
  client.expect(beaten);
  // The same at once: the pong comes first, the message is not whole before.
  client.send_frames({{.payload = beat.substr(0, 9), .fin = false},
                      ping("three"),
                      {.opcode = Opcode::continuation, .payload = beat.substr(9)}});
  client.expect_pong("three");
  client.expect(beaten);
}

RULE("W-05", should, core, "what comes in one segment before a close is answered before it",
     "RFC 6455, 5.5.1") {
  Client& client = t.connect();
  client.send_frames({ping("one"),
                      {.payload = beat},
                      ping("two"),
                      {.payload = t.fill(R"(["1","2","{topic}","phx_join",{}])")},
                      ping("three"),
                      close(1000)});
  client.expect_pong("one");
  client.expect(beaten);
  client.expect_pong("two");
  client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  client.expect_pong("three");
  client.expect_close({1000});
}

}  // namespace
}  // namespace phx::conformance
