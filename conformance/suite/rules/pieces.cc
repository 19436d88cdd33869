/// E, N and V: messages split, joined, or in frames of another kind.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

constexpr Millis apart{1};  // so that two writes are two segments

std::string heartbeat(std::string_view ref, std::size_t size = 0) {
  return fmt::format(R"([null,"{}","phoenix","heartbeat",{{"d":"{}"}}])", ref,
                     std::string(size, 'x'));
}
void expect_heartbeat(Client& client, std::string_view ref) {
  client.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", ref));
}

std::string bytes_of(const std::string& text) {
  return encode({.payload = text}, Mask{0x12, 0x34, 0x56, 0x78});
}

RULE("E-18", must, core, "frames are found however TCP splits or joins them", "RFC 6455, 5.2") {
  Client& client = t.connect();
  for (const char byte : bytes_of(heartbeat("byte by byte"))) {
    client.send_bytes(std::string(1, byte));
    t.wait(apart);
  }
  expect_heartbeat(client, "byte by byte");
  const Frame ping{.opcode = Opcode::ping, .payload = "in pieces"};
  for (const char byte : encode(ping, Mask{0x12, 0x34, 0x56, 0x78})) {
    client.send_bytes(std::string(1, byte));
    t.wait(apart);
  }
  client.expect_pong("in pieces");
  // Cut inside a head of eight bytes, inside one of fourteen, after it, and in the payload.
  for (const std::size_t size : {300, 70'000}) {
    const std::string bytes = bytes_of(heartbeat("in two", size));
    for (const std::size_t cut : {1, 2, 3, 5, 7, 8, 9, 12, 14, 15, 200}) {
      client.send_bytes(bytes.substr(0, cut));
      t.wait(apart);
      client.send_bytes(bytes.substr(cut));
      expect_heartbeat(client, "in two");
    }
  }
  const std::string third = bytes_of(heartbeat("3", 200));
  client.send_bytes(bytes_of(heartbeat("1")) + bytes_of(heartbeat("2", 200)) + third.substr(0, 50));
  expect_heartbeat(client, "1");
  expect_heartbeat(client, "2");
  client.send_bytes(third.substr(50) + bytes_of(heartbeat("4")));
  expect_heartbeat(client, "3");
  expect_heartbeat(client, "4");
}

RULE("N-11", must, contract, "a binary message in fragments is joined, and stays binary",
     "RFC 6455, 5.4") {
  const std::string& topic = t.word("topic");
  const std::string data("\x00\x01\x02\xff\xfe", 5);
  const std::string message = encode(BinaryPush{"1", "2", topic, "echo", data});
  Client& client = t.join();
  client.send_frames(
      {{.opcode = Opcode::binary, .payload = message.substr(0, 3), .fin = false},
       {.opcode = Opcode::continuation, .payload = message.substr(3, 20), .fin = false},
       {.opcode = Opcode::continuation, .payload = message.substr(23)}});
  client.expect_binary(encode(BinaryReply{"1", "2", topic, "ok", data}));
  // The next message is text again.
  client.send_fragments({R"([null,"3","phoenix",)", R"("heartbeat",{}])"});
  expect_heartbeat(client, "3");
}

RULE("N-12", should, core, "a binary message of empty fields is valid: its topic is unmatched",
     "Socket.V2.JSONSerializer.decode_binary") {
  Client& client = t.connect();
  client.send_binary(encode(BinaryPush{"", "", "", "", ""}));
  client.expect(R"([{any},"","","phx_reply",{refused}])");
}

RULE("V-07", must, core, "a V1 message in a binary frame is read as text, and answered as text",
     "Socket.V1.JSONSerializer.decode! (no look at the opcode)") {
  Client& client = t.connect({.vsn = "1.0.0"});
  client.send_binary(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})");
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{any},"ref":"1"})");
  client.send_binary("{\"topic\":\"\xff\"}");  // a frame that is not a message ends it as usual
  client.expect_bare_close({1011});
}

}  // namespace
}  // namespace phx::conformance
