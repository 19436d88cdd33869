/// E: bad input. It may cost the connection that sent it, and no other.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

const std::vector<std::string> no_json{
    "hello",
    "",
    "{",
    "[1,2",
    R"(["1","1","t","e",{}],)",
    "nil",
    "[null,\"1\",\"phoenix\",\"heart\nbeat\",{}]",
};
const std::vector<std::string> no_v2_message{
    "{}",
    "[]",
    "5",
    R"("text")",
    "null",
    "true",
    "[1]",
    R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})",
    R"([null,"1","phoenix","heartbeat"])",
};
const std::vector<std::string> no_v1_message{
    R"([null,"1","phoenix","heartbeat",{}])",
    "[]",
    "{}",
    "5",
    R"({"topic":"phoenix"})",
    R"({55:1,"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})",
};

/// Binary messages that can't be parsed, by their fault.
std::vector<std::string> broken_binaries(const Trial& t) {
  const std::string whole = encode(BinaryPush{"1", "2", t.word("topic"), "event", ""});
  return {
      std::string(),                      // empty
      whole.substr(0, 1),                 // only a kind
      whole.substr(0, 3),                 // half of the sizes
      whole.substr(0, whole.size() - 1),  // the event cut short
      std::string("\x00\xff\xff\xff\xff"
                  "x",
                  6),                          // sizes that run past the end
      std::string("\x03\x00\x00\x00\x00", 5),  // an unknown kind
      std::string("\xff\x00\x00\x00\x00", 5),  // the same
      std::string("\x01\x01\x01\x01\x02"
                  "12tok",
                  10),                           // a reply, which only servers send
      std::string("\x02\x01\x01te", 5),          // a broadcast, the same
      R"([null,"1","phoenix","heartbeat",{}])",  // text in a binary frame
  };
}

/// Each text ends a connection of its own, and a bystander's goes on.
void expect_each_ends(Trial& t, Client& bystander, const std::vector<std::string>& texts,
                      const std::string& vsn = "2.0.0") {
  for (const auto& text : texts) {
    Client& client = t.connect({.vsn = vsn});
    client.send_frame({.payload = text});
    client.expect_any_end();
    bystander.expect_silence();
  }
}

RULE("E-01", must, core, "text that is not JSON ends its connection; the server and others go on",
     "decode! raises") {
  Client& bystander = t.join();
  expect_each_ends(t, bystander, no_json);
  t.expect_server_goes_on();
}

RULE("E-02", must, core, "JSON that is not a message ends its connection and no other",
     "decode! raises") {
  Client& bystander = t.join();
  expect_each_ends(t, bystander, no_v2_message);
  expect_each_ends(t, bystander, no_v1_message, "1.0.0");
  t.expect_server_goes_on();
}

RULE("E-03", must, core,
     "the close code is 1011, without a reason, and no phx_ frame comes before it",
     "an exception in the socket's process") {
  for (const char* text : {"hello", "{}", "[1,2]"}) {
    Client& client = t.join();
    client.send_frame({.payload = text});
    client.expect_bare_close({1011});
  }
  for (const auto& message : broken_binaries(t)) {
    Client& client = t.connect();
    client.send_binary(message);
    client.expect_bare_close({1011});
  }
}

RULE("E-04", must, core, "a binary frame that can't be parsed ends its connection and no other",
     "Socket.V2.JSONSerializer.decode_binary") {
  Client& bystander = t.join();
  for (const auto& message : broken_binaries(t)) {
    Client& client = t.connect();
    client.send_binary(message);
    client.expect_any_end();
    bystander.expect_silence();
  }
}

RULE("E-05", must, core, "a text frame that is not UTF-8 ends the connection with 1007",
     "RFC 6455, 8.1") {
  Client& bystander = t.connect();
  Client& client = t.connect();
  client.send_frame({.payload = "[\"\xff\"]"});
  client.expect_close({1007});
  // A character cut in two, an encoded surrogate: the connection ends, perhaps without a close
  // frame.
  for (const char* text : {"[null,\"1\",\"phoenix\",\"heartbeat\",\"\xc3\x28\"]",
                           "[null,\"1\",\"phoenix\",\"heartbeat\",\"\xed\xa0\x80\"]"}) {
    Client& other = t.connect();
    other.send_frame({.payload = text});
    other.expect_any_end();
  }
  bystander.expect_silence();
}

RULE("E-06", must, contract, "a frame over the limit ends the connection with 1009",
     "max_frame_size") {
  const auto echo_of = [](std::size_t size) {
    return fmt::format(R"(["1","2","{{topic}}","echo",{{"d":"{}"}}])", std::string(size, 'x'));
  };
  Client& client = t.join({.mount = "/small"});
  client.send(echo_of(800));
  client.expect(
      fmt::format(R"(["1","2","{{topic}}","phx_reply",{{"status":"ok","response":{{"d":"{}"}}}}])",
                  std::string(800, 'x')));
  client.send(echo_of(1'000));
  client.expect_end({1009});  // the close frame is lost if TCP is reset right after it
  Client& binary = t.join({.mount = "/small"});
  binary.send_binary(encode(BinaryPush{"1", "2", t.word("topic"), "ack", std::string(800, '\0')}));
  binary.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  binary.send_binary(
      encode(BinaryPush{"1", "3", t.word("topic"), "ack", std::string(1'000, '\0')}));
  binary.expect_end({1009});
  Client& v1 = t.connect({.mount = "/small", .vsn = "1.0.0"});
  v1.send(R"({"topic":"phoenix","event":"heartbeat","ref":"1","payload":{"d":")" +
          std::string(1'000, 'x') + R"("}})");
  v1.expect_end({1009});
  t.expect_server_goes_on();
}

RULE("E-07", must, core, "a frame that RFC 6455 forbids ends the connection with 1002",
     "RFC 6455, 5") {
  const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
  const std::vector<std::vector<Frame>> wrong{
      {{.opcode = Opcode::reserved, .payload = "x"}},
      {{.opcode = static_cast<Opcode>(11), .payload = "x"}},
      {{.payload = beat, .rsv = 4}},
      {{.payload = beat, .rsv = 1}},
      {{.opcode = Opcode::ping, .payload = "x", .fin = false}},
      {{.opcode = Opcode::close, .payload = close_payload(1000), .fin = false}},
      {{.opcode = Opcode::continuation, .payload = beat}},
      {{.payload = "[null,", .fin = false}, {.payload = beat}},
      {{.opcode = Opcode::ping, .payload = std::string(126, 'x')}},
  };
  for (const auto& frames : wrong) {
    Client& client = t.connect();
    client.send_frames(frames);
    client.expect_close({1002});
  }
}

RULE("E-08", must, core, "a message split into fragments is joined", "RFC 6455, 5.4") {
  Client& client = t.connect();
  client.send_fragments({R"([null,"1","pho)", R"(enix","heart)", R"(beat",{}])"});
  client.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
  // A ping may come between the fragments, and a fragment may end inside a character.
  client.send_frame({.payload = "[null,\"h\xc3", .fin = false});
  client.send_frame({.opcode = Opcode::ping, .payload = "between"});
  client.expect_pong("between");
  client.send_frame(
      {.opcode = Opcode::continuation, .payload = "\xa9\",\"phoenix\",\"heartbeat\",{}]"});
  client.expect(R"([{any},"hé","phoenix","phx_reply",{any}])");
  // For each length a character with the most unusual first bytes, cut at each place.
  std::string ref = "é\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf世\xf0\x90\x80\x80😀\xf4\x8f\xbf\xbf";
  for (const std::size_t piece : {1, 7, 8, 13}) {
    for (int i = 0; i < 10; ++i) ref += "plain text 世";
    const std::string message = fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref);
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < message.size(); at += piece) {
      parts.push_back(message.substr(at, piece));
    }
    client.send_fragments(parts);
    client.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", ref));
  }
}

RULE("E-15", should, core, "a fragment may be empty", "RFC 6455, 5.4") {
  Client& client = t.connect();
  client.send_fragments({"", R"([null,"1","phoenix",)", "", R"("heartbeat",{}])", ""});
  client.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
}

RULE("E-09", must, core, "a topic, event or ref of the wrong type is refused or ignored",
     "Phoenix.Socket.handle_in") {
  for (const char* text : {
           R"([null,"1",5,"some_event",{}])",
           R"([null,"1",null,"some_event",{}])",
           R"([null,"1",5,"phx_join",{}])",
           R"([null,"1",{"a":1},"phx_join",{}])",
           R"([null,"1",["x"],"phx_leave",{}])",
           R"([null,"1","{topic}",5,{}])",
           R"([null,"1","{topic}",null,{}])",
           R"([null,"1","phoenix",{"e":1},{}])",
           R"([{"j":1},{"r":1},"phoenix","heartbeat",{}])",
           R"([[],true,"{topic}","phx_leave",{}])",
       }) {
    Client& client = t.connect();
    client.send(text);
    client.survives();  // answered or closed: both are allowed
  }
  t.expect_server_goes_on();
}

RULE("E-10", must, core, "nesting of 100,000 brackets does not take the server down",
     "the JSON decoder does not recurse on the stack") {
  const std::string open(100'000, '[');
  const std::string close(100'000, ']');
  for (const std::string& payload : {open + close, open}) {
    Client& client = t.connect();
    client.send_frame({.payload = R"([null,"1","phoenix","heartbeat",)" + payload + "]"});
    client.survives();
    t.expect_server_goes_on();
  }
}

RULE("E-11", must, core, "200 connections that send invalid data do not disturb a well-behaved one",
     "one process a connection") {
  constexpr int babblers = 200;
  Client& bystander = t.join();
  std::vector<Client*> clients;
  for (int i = 0; i < babblers; ++i) clients.push_back(&t.connect());
  for (int i = 0; i < babblers; ++i) {
    clients[static_cast<std::size_t>(i)]->send(fmt::format("rubbish {}", i));
    if (i % 20 == 0) bystander.expect_silence();
  }
  for (Client* client : clients) client->expect_any_end();
  bystander.send(R"(["1","2","{topic}","phx_leave",{}])");
  bystander.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
}

RULE("E-12", must, core,
     "an HTTP request that is invalid, too long or never finished harms no other connection",
     "the HTTP server's limits") {
  Client& bystander = t.connect();
  const std::string line = "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\n";
  const std::vector<std::string> requests{
      std::string("\x00\x01\x02\xff\r\n\r\n", 8),
      "this is no HTTP\r\n\r\n",
      "GET /" + std::string(200'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
      line + "Host: x\r\nX-Long: " + std::string(500'000, 'a') + "\r\n\r\n",
      line + "Host: x\r\n no name here\r\n: nor here\r\n\r\n",
      line + "Host: x\r\nContent-Length: -5\r\n\r\n",
      line.substr(0, 20),    // never finished
      line + "Host: x\r\n",  // the same
      "\r\n",
  };
  for (const auto& request : requests) {
    t.dial().send_bytes(request, shortened(request, 60));
    t.expect_server_goes_on();
    bystander.expect_silence();
  }
}

RULE("E-13", must, core, "an unmasked client frame ends the connection with 1002",
     "RFC 6455, 5.1") {
  Client& client = t.connect();
  client.send_frame({.payload = R"([null,"1","phoenix","heartbeat",{}])", .masked = false});
  client.expect_close({1002});
}

RULE("E-14", must, core,
     "a client's close is answered with its code, or with 1002 if that code may not be sent",
     "RFC 6455, 7.4") {
  const auto closed_with = [&t](std::uint16_t code) -> Client& {
    Client& client = t.connect();
    client.send_frame({.opcode = Opcode::close, .payload = close_payload(code)});
    return client;
  };
  closed_with(1000).expect_close({1000});
  for (const std::uint16_t code : {1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999}) {
    closed_with(code).expect_close({code, 1000});  // Cowboy echoes, Bandit says 1000
  }
  for (const std::uint16_t code : {999, 1004, 1005, 1006, 1012, 1014, 1015, 1016, 2000, 2999}) {
    closed_with(code).expect_close({1002});
  }
  Client& wordless = t.connect();
  wordless.send_frame({.opcode = Opcode::close});
  wordless.expect_any_end();
}

RULE("E-20", must, core,
     "a connection that ends because of a bad message does not close with 1000, so the client may "
     "reconnect",
     "phoenix.js (closeCode !== 1000)") {
  for (const char* text : {"hello", "{}", R"([null,"1","phoenix","heartbeat",01])"}) {
    Client& client = t.connect();
    client.send_frame({.payload = text});
    const Received received = client.take("the end of the connection");
    client.forget();
    if (received.code == 1000)
      throw Violation("another close code", described(received), client.name());
  }
}

RULE("E-21", must, core, "messages before a bad one are answered", "one message after the other") {
  Client& client = t.connect();
  client.send_together({R"([null,"1","phoenix","heartbeat",{}])",
                        R"([null,"2","phoenix","heartbeat",{}])", "this is no JSON",
                        R"([null,"3","phoenix","heartbeat",{}])"});
  client.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
  client.expect(R"([{any},"2","phoenix","phx_reply",{any}])");
  client.expect_any_end();
}

RULE("E-22", must, core, "after a close, by either side, the server ends the connection",
     "RFC 6455, 7.1.1") {
  Client& closing = t.connect();
  closing.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  Client& babbling = t.connect();
  babbling.send("this is no JSON");
  for (Client* client : {&closing, &babbling}) {
    const Received close = client->take("a close frame");
    client->forget();
    if (close.kind == Received::Kind::end)
      continue;  // without a close frame: another rule judges it
    const Received end = client->take("the end of the connection");
    if (end.kind != Received::Kind::end) {
      throw Violation("the end of the connection", described(end), client->name());
    }
  }
}

}  // namespace
}  // namespace phx::conformance
