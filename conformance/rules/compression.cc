/// H-24: permessage-deflate (RFC 7692), where it is offered and switched on.

#include "conformance/suite/trial.h"
#include "conformance/suite/violation.h"

namespace phx::conformance {
namespace {

const std::pair<std::string, std::string> offer{"Sec-WebSocket-Extensions",
                                                "permessage-deflate; client_max_window_bits"};
constexpr std::uint8_t rsv1 = 4;

/// What the server says of extensions where it accepts this.
std::string agreed(Trial& t, const Request& request) {
  return t.expect_status(request, 101).header("sec-websocket-extensions").value_or("");
}

Frame compressed(const Trial& t, Deflate& deflate, std::string_view text) {
  return {.payload = deflate.compressed(t.fill(text)), .rsv = rsv1};
}

/// The same in as many fragments as it has bytes; the first alone says that it is compressed.
std::vector<Frame> in_fragments(const Frame& frame) {
  std::vector<Frame> fragments;
  for (const char byte : frame.payload) {
    const bool first = fragments.empty();
    fragments.push_back({.opcode = first ? frame.opcode : Opcode::continuation,
                         .payload = std::string(1, byte),
                         .fin = false,
                         .rsv = first ? frame.rsv : std::uint8_t{0}});
  }
  fragments.back().fin = true;
  return fragments;
}

/// An echo that goes out as these frames comes back compressed.
void expect_echo(Client& client, const std::vector<Frame>& frames, const std::string& payload) {
  client.send_frames(frames);
  client.expect_compressed(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" +
                           payload + "}]");
}

RULE("H-24", should, contract,
     "permessage-deflate is spoken only where it is offered and switched on",
     "Transports.WebSocket (compress)") {
  const Opening opening{.mount = "/deflate", .headers = {offer}};
  const std::string spoken = agreed(t, t.upgrade(opening));
  if (!spoken.starts_with("permessage-deflate")) {
    throw Violation("permessage-deflate to be agreed on", "\"" + spoken + "\"");
  }
  for (const Request& request :
       {t.upgrade({.mount = "/deflate"}), t.upgrade({.headers = {offer}})}) {
    const std::string unasked = agreed(t, request);
    if (!unasked.empty()) throw Violation("no extension", "\"" + unasked + "\"");
  }

  Deflate deflate;  // the client's past: later messages refer to earlier ones
  Client& client = t.connect(opening);
  client.send_frame(compressed(t, deflate, R"(["1","1","{topic}","phx_join",{}])"));
  client.expect_compressed(R"(["1","1","{topic}","phx_reply",{ok}])");
  for (const std::string& payload : {std::string(R"({"a":"b"})"), std::string(R"({"a":"b"})"),
                                     "{\"long\":\"" + std::string(300'000, 'x') + "\"}"}) {
    const std::string echo = R"(["1","2","{topic}","echo",)" + payload + "]";
    expect_echo(client, {compressed(t, deflate, echo)}, payload);
    expect_echo(client, in_fragments(compressed(t, deflate, echo)), payload);
    expect_echo(client, {{.payload = t.fill(echo)}}, payload);
  }
}

}  // namespace
}  // namespace phx::conformance
