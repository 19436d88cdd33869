/// W: requirements of RFC 6455 and RFC 7692 that a channel's messages do not show.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
const std::string beaten = R"([{any},"1","phoenix","phx_reply",{any}])";

Frame ping(const std::string& payload) { return {.opcode = Opcode::ping, .payload = payload}; }

Frame close(std::uint16_t code, std::string_view reason = {}) {
  return {.opcode = Opcode::close, .payload = close_payload(code, reason)};
}

/// A length as in the head.
std::string in_16_bits(std::size_t length) {
  return {static_cast<char>(length >> 8), static_cast<char>(length)};
}
std::string in_64_bits(std::size_t length) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift);
  return bytes;
}

/// A masked frame's head with the length in these bytes and a mask of zeros.
std::string head(Opcode opcode, const std::string& length) {
  const char size = length.size() == 2 ? '\xfe' : '\xff';
  return static_cast<char>(0x80 | static_cast<int>(opcode)) + (size + length) +
         std::string(4, '\0');
}

RULE("W-01", must, core, "a close of one byte ends the connection with 1002", "RFC 6455, 5.5.1") {
  for (const char* byte : {"x", "\x03"}) {
    Client& client = t.connect();
    client.send_frame({.opcode = Opcode::close, .payload = byte});
    client.expect_close({1002});
  }
}

RULE("W-02", must, core, "a close whose reason is not UTF-8 is answered with 1007 or 1002",
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

RULE("W-04", must, core,
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
  // The same in one write: the pong comes first, because the message is not complete before.
  client.send_frames({{.payload = beat.substr(0, 9), .fin = false},
                      ping("three"),
                      {.opcode = Opcode::continuation, .payload = beat.substr(9)}});
  client.expect_pong("three");
  client.expect(beaten);
}

RULE("W-05", must, core, "messages before a close in the same segment are answered before it",
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

  // The same with more answers than can be sent at once: small and large ones.
  std::vector<std::string> small, large;
  for (int n = 0; n < 1'200; ++n) small.push_back(fmt::format("small {}", n));
  for (const std::size_t size : {150, 15'000, 300'000, 17'000, 3, 400'000}) {
    large.emplace_back(size, 'r');
  }
  for (const std::vector<std::string>& refs : {small, large}) {
    Client& busy = t.connect();
    std::vector<Frame> beats;
    for (const std::string& ref : refs) {
      beats.push_back({.payload = fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref)});
    }
    beats.push_back(close(1000));
    busy.send_frames(beats);
    for (const std::string& ref : refs) {
      busy.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", ref));
    }
    busy.expect_close({1000});
  }
}

RULE("W-10", must, core, "messages before a protocol error in the same segment are handled",
     "RFC 6455, 7.1.7 (fails from there on)") {
  const std::vector<std::pair<Frame, std::uint16_t>> breaches{
      {{.payload = beat, .masked = false}, 1002},
      {{.opcode = Opcode::reserved, .payload = "x"}, 1002},
      {{.opcode = Opcode::continuation, .payload = beat}, 1002},
      {{.opcode = Opcode::ping, .payload = std::string(126, 'x')}, 1002},
      {{.payload = "[\"\xff\"]"}, 1007},
  };
  for (const auto& [breach, code] : breaches) {
    Client& client = t.connect();
    client.send_frames({{.payload = beat}, ping("ping"), {.payload = beat}, breach});
    client.expect(beaten);
    client.expect_pong("ping");
    client.expect(beaten);
    client.expect_close({code});
  }
}

RULE("W-06", must, core,
     "a length with its highest bit set ends the connection; a needlessly long one may be accepted",
     "RFC 6455, 5.2") {
  const std::string highest("\x80\0\0\0\0\0\0\1", 8);
  for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
    Client& client = t.connect();
    client.send_bytes(head(opcode, highest));
    client.expect_close({1002, 1009});
  }
  // Cowboy refuses these, Bandit accepts them.
  const auto refused_or_taken = [&t](const std::string& bytes, Received::Kind answer) {
    Client& client = t.connect();
    client.send_bytes(bytes);
    const Received received = client.take("close 1002, or an answer");
    client.forget();
    const bool refused = received.kind == Received::Kind::close && received.code == 1002;
    if (!refused && received.kind != answer) {
      throw Violation("close 1002, or an answer", described(received), client.name());
    }
  };
  refused_or_taken(head(Opcode::text, in_16_bits(beat.size())) + beat, Received::Kind::text);
  refused_or_taken(head(Opcode::text, in_64_bits(beat.size())) + beat, Received::Kind::text);
  refused_or_taken(head(Opcode::ping, in_16_bits(4)) + "ping", Received::Kind::pong);
  refused_or_taken(head(Opcode::ping, in_64_bits(4)) + "ping", Received::Kind::pong);
}

RULE("W-07", should, contract,
     "a frame whose head announces more than the limit is refused with 1009 before it comes",
     "RFC 6455, 7.4.1 and 10.4") {
  const std::string much = in_64_bits(4'000'000'000);
  for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
    Client& client = t.connect({.mount = "/small"});
    client.send_bytes(head(opcode, much));
    client.expect_close({1009});
  }
  // The same for a later fragment.
  Client& client = t.connect({.mount = "/small"});
  client.send_frame({.payload = beat.substr(0, 9), .fin = false});
  client.send_bytes(head(Opcode::continuation, much));
  client.expect_close({1009});
}

RULE("W-08", must, contract,
     "RSV1 on a control frame or a continuation ends the connection, with 1002 or without a close "
     "frame",
     "RFC 7692, 6.1") {
  const Opening opening{.mount = "/deflate",
                        .headers = {{"Sec-WebSocket-Extensions", "permessage-deflate"}}};
  for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
    const std::string payload = opcode == Opcode::close ? close_payload(1000) : "x";
    Client& client = t.connect(opening);
    client.send_frame({.opcode = opcode, .payload = payload, .rsv = rsv1});
    client.expect_end({1002});  // Cowboy: without a close frame
  }
  Client& client = t.connect(opening);
  client.send_frames({{.payload = beat.substr(0, 9), .fin = false},
                      {.opcode = Opcode::continuation, .payload = beat.substr(9), .rsv = rsv1}});
  client.expect_end({1002});
}

RULE("W-09", should, core,
     "a failing connection closes without a reason, and does not wait for the client's close",
     "RFC 6455, 7.1.7") {
  const auto fails = [&t](const std::vector<Frame>& frames, const Codes& codes) {
    const Request request = t.upgrade();
    Connection& connection = t.dial(request.target);
    const auto response = connection.ask(request, t.deadline());
    if (!response || response->status != 101) throw Violation("HTTP 101", "no upgrade");
    connection.leave_closes_unanswered();
    Client& client = t.adopt(connection);
    client.send_frames(frames);
    client.expect_bare_close(codes);
    if (!connection.ends_by(t.deadline())) {
      throw Violation("the end of the connection", "it waits for the client's close",
                      t.name_of(connection));
    }
  };
  fails({{.opcode = Opcode::reserved, .payload = "x"}}, {1002});
  fails({{.opcode = Opcode::continuation, .payload = beat}}, {1002});
  fails({{.payload = beat, .masked = false}}, {1002});
  fails({{.payload = "[\"\xff\"]"}}, {1007});
  // Seen at the first piece, or once the message is whole.
  fails({{.payload = "[\"\xff", .fin = false}, {.opcode = Opcode::continuation, .payload = "\"]"}},
        {1007});
}

}  // namespace
}  // namespace phx::conformance
