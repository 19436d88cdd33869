/// R, E and N: sizes at the boundaries of a frame's head, and at a mount's limits.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

std::string echo(const std::string& filling) {
  return R"(["1","2","{topic}","echo",{"d":")" + filling + R"("}])";
}
std::string echo_reply(const std::string& filling) {
  return R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"d":")" + filling + R"("}}])";
}

/// Padding for a text that must have `size` bytes. REQUIRES: it has fewer without.
std::string filling(const Trial& t, std::size_t size, const std::string& text_without) {
  return std::string(size - t.fill(text_without).size(), 'x');
}

RULE("R-29", must, contract, "a payload of seven megabytes is echoed whole", "max_frame_size") {
  Client& client = t.join();
  const std::string large(7'000'000, 'x');
  client.send(echo(large));
  client.expect(echo_reply(large));
}

RULE("R-30", must, contract,
     "messages whose size is at a boundary of the length's encoding come whole, both ways",
     "RFC 6455, 5.2") {
  Client& client = t.join();
  for (const std::size_t size : {125, 126, 127, 128, 65'535, 65'536, 65'537}) {
    for (const std::string& edge :
         {echo(""), echo_reply("")}) {  // of messages to the server, or from it
      if (t.fill(edge).size() > size) continue;
      const std::string fitting = filling(t, size, edge);
      client.send(echo(fitting));
      client.expect(echo_reply(fitting));
    }
  }
}

RULE("R-31", must, contract, "small and large messages in sequence come in order", "one mailbox") {
  Client& client = t.join();
  std::vector<std::string> fillings;
  for (const std::size_t size : {1, 20'000, 2, 16'300, 16'384, 3, 70'000, 70'001, 4, 5, 200'000, 6,
                                 65'536, 7, 15'000, 16'000, 17'000, 8}) {
    fillings.emplace_back(size, 'x');
  }
  std::vector<std::string> echoes;
  for (const auto& filling : fillings) echoes.push_back(echo(filling));
  client.send_together(echoes);
  for (const auto& filling : fillings) client.expect(echo_reply(filling));
}

/// A client on a topic, whose payloads are all large.
struct LargeTalk {
  Client& client;
  const std::string d = std::string(70'000, 'x');
  const std::string large = R"({"ms":1,"d":")" + d + R"("})";

  void send(const char* event, const std::string& payload) const {
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{}])", event, payload));
  }
  void send(const char* event) const { send(event, large); }
  void expect_reply(const char* status, const std::string& response) const {
    client.expect(fmt::format(
        R"(["1","2","{{topic}}","phx_reply",{{"status":"{}","response":{}}}])", status, response));
  }
  void join(const char* how, const char* status, const std::string& response) const {
    client.send(
        fmt::format(R"(["1","2","{{topic}}","phx_join",{{"join":"{}","d":"{}"}}])", how, d));
    expect_reply(status, response);
  }
};

void expect_joins(const LargeTalk& talk) {
  talk.join("error", "error", R"({"reason":"refused"})");
  talk.join("crash", "error", R"({"reason":"join crashed"})");
  talk.join("reply", "ok", R"({"join":"reply","d":")" + talk.d + R"("})");
}

void expect_replies(const LargeTalk& talk) {
  for (const char* event : {"echo", "slow", "async"}) {
    talk.send(event);
    talk.expect_reply("ok", talk.large);
  }
  talk.send("echo_error");
  talk.expect_reply("error", talk.large);
  talk.send("nack");
  talk.expect_reply("error", "{}");
  talk.send("noreply");
  talk.send("count");
  talk.expect_reply("ok", R"({"count":1})");
}

void expect_pushes(const LargeTalk& talk) {
  const std::string huge = R"({"d":")" + std::string(200'000, 'x') + R"("})";
  talk.send("push", R"({"event":"pushed","payload":)" + huge + "}");
  talk.client.expect(R"(["1",null,"{topic}","pushed",)" + huge + "]");
  talk.send("info");
  talk.client.expect(R"(["1",null,"{topic}","info",)" + talk.large + "]");
}

void expect_broadcasts(const LargeTalk& talk, Client& member) {
  const std::string broadcast = R"([null,null,"{topic}","broadcasted",)" + talk.large + "]";
  talk.send("broadcast");
  talk.client.expect(broadcast);
  talk.expect_reply("ok", "{}");
  member.expect(broadcast);
  talk.send("broadcast_from");
  talk.expect_reply("ok", "{}");
  member.expect(broadcast);
  talk.send("filter");
  talk.send("intercept");
  for (Client* each : {&talk.client, &member}) {
    each->expect(R"(["1",null,"{topic}","intercepted",{"intercepted_for":null,)" +
                 talk.large.substr(1) + "]");
  }
}

void expect_ends(const LargeTalk& talk) {
  talk.send("stop_reply");
  talk.expect_reply("ok", talk.large);
  talk.client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
  for (const char* event : {"crash", "no_such_event"}) {
    talk.join("", "ok", "{}");
    talk.send(event);
    talk.client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  }
}

RULE("R-42", must, contract, "a large payload survives everything that a small one does",
     "one way for all messages") {
  const LargeTalk talk{t.connect()};
  Client& member = t.join();
  expect_joins(talk);
  expect_replies(talk);
  expect_pushes(talk);
  expect_broadcasts(talk, member);
  expect_ends(talk);
  if (t.axis() == Axis::v1) return;  // V1 passes on a payload that is not an object
  talk.join("", "ok", "{}");
  talk.send("broadcast", "[" + talk.large + "]");
  talk.client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
}

RULE("E-19", must, contract, "a message of exactly the limit is accepted, and one byte more is not",
     "max_frame_size") {
  constexpr std::size_t limit = 1'000;  // of the mount /small
  constexpr std::size_t head = 8;       // a server may count the frame's head, too
  const auto goes_through = [&t](std::size_t size) {
    Client& client = t.join({.mount = "/small"});
    const std::string fitting = filling(t, size, echo(""));
    client.send(echo(fitting));
    const Received received = client.take("an echo, or the end of the connection");
    if (received.kind == Received::Kind::text) return true;
    client.forget();
    const bool refused = received.kind == Received::Kind::end || received.code == 1009;
    if (!refused) throw Violation("close 1009", described(received), client.name());
    return false;
  };
  if (!goes_through(limit - head)) {
    throw Violation(fmt::format("a message of {} bytes to be taken", limit - head), "it was not");
  }
  const bool counts_the_head = !goes_through(limit - head + 1);
  if (!counts_the_head && !goes_through(limit)) {
    throw Violation(fmt::format("a message of {} bytes to be taken", limit), "it was not");
  }
  if (goes_through(limit + 1)) {
    throw Violation(fmt::format("a message of {} bytes to be refused", limit + 1), "it was taken");
  }
}

RULE("N-10", must, contract, "every field of a binary message may have up to 255 bytes",
     "one-byte sizes") {
  const std::string& topic = t.word("topic");
  const std::string data("\x00\xff", 2);
  for (const std::size_t size : {127, 128, 200, 255}) {
    Client& client = t.connect();
    const std::string join_ref(size, 'j'), ref(size, 'r');
    client.send(fmt::format(R"(["{}","1","{{topic}}","phx_join",{{}}])", join_ref));
    client.expect(fmt::format(R"(["{}","1","{{topic}}","phx_reply",{{ok}}])", join_ref));
    client.send_binary(encode(BinaryPush{join_ref, ref, topic, "echo", data}));
    client.expect_binary(encode(BinaryReply{join_ref, ref, topic, "ok", data}));
    client.send_binary(encode(BinaryPush{join_ref, ref, topic, "push_binary", data}));
    client.expect_binary(encode(BinaryPushed{join_ref, topic, "pushed_binary", data}));
    const std::string nowhere = "nowhere:" + std::string(size - 8, 't');
    client.send_binary(encode(BinaryPush{join_ref, ref, nowhere, std::string(size, 'e'), data}));
    client.expect(fmt::format(R"([{{any}},"{}","{}","phx_reply",{{refused}}])", ref, nowhere));
  }
}

RULE("E-23", must, contract, "the limit is for the whole message, in however many fragments",
     "cowboy_websocket.dispatch_frame (frag_buffer)") {
  const auto ends = [&t](const std::string& text, std::size_t piece) {
    Client& client = t.join({.mount = "/small"});
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      frames.push_back({.opcode = at == 0 ? Opcode::text : Opcode::continuation,
                        .payload = text.substr(at, piece),
                        .fin = at + piece >= text.size()});
    }
    client.send_frames(frames);
    const Received received = client.take("an echo, or the end of the connection");
    client.forget();
    return received.kind == Received::Kind::end || received.code == 1009;
  };
  const std::string fitting = t.fill(echo(filling(t, 1'000, echo(""))));
  if (ends(fitting, 1'000)) {
    throw Skipped("this server's limit is a frame's, head and all, and no message's");
  }
  if (ends(fitting, 300)) throw Violation("1,000 bytes in fragments to be taken", "they were not");
  const std::string larger = t.fill(echo(filling(t, 1'200, echo(""))));
  if (!ends(larger, 600)) throw Violation("1,200 bytes in fragments to end with 1009", "an echo");
}

RULE("R-34", must, contract, "a connection has no limit of bytes in total",
     "no limit but a frame's") {
  constexpr int messages = 10;  // seventy megabytes
  Client& client = t.join();
  const std::string text =
      R"([null,null,"{topic}","noreply",{"d":")" + std::string(7'000'000, 'x') + R"("}])";
  const std::string bytes = encode({.payload = t.fill(text)}, Mask{0x12, 0x34, 0x56, 0x78});
  for (int i = 0; i < messages; ++i) client.send_bytes(bytes);
  client.expect_silence();
}

RULE("R-35", must, contract, "a client that does not read delays no other, and misses nothing",
     "one process a connection") {
  constexpr Millis beginning{50};  // by then more is under way than a socket takes
  Client& bystander = t.join();
  Client& client = t.join();
  const std::string large(7'000'000, 'x');
  client.stop_reading();
  client.send(echo(large));
  client.send(R"(["1","3","{topic}","broadcast_from",{"n":1}])");
  bystander.expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
  t.wait(beginning);
  bystander.send(R"(["1","2","{topic}","echo",{"n":2}])");
  bystander.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"n":2}}])");
  client.read_on();
  client.expect(echo_reply(large));
  client.expect(R"(["1","3","{topic}","phx_reply",{ok}])");

  // The same for many frames that a server may join, and of which a socket takes one in part. For a
  // client that has already read much, a system would take them all.
  constexpr int messages = 400;
  const std::string small(15'000, 'x');
  Client& fresh = t.join();
  fresh.stop_reading();
  fresh.send_together(std::vector<std::string>(messages, echo(small)));
  t.wait(beginning);
  fresh.read_on();
  for (int i = 0; i < messages; ++i) fresh.expect(echo_reply(small));
}

}  // namespace
}  // namespace phx::conformance
