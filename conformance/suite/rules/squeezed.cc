/// H: every kind of message after permessage-deflate was agreed on.

#include <fmt/format.h>

#include <memory>
#include <random>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

const std::pair<std::string, std::string> offer{"Sec-WebSocket-Extensions",
                                                "permessage-deflate; client_max_window_bits"};
const Opening deflate{.mount = "/deflate", .headers = {offer}};

/// A client that compresses everything.
class Squeezing {
 public:
  Squeezing(Trial& t, const Opening& opening) : t_(t), client_(t.connect(opening)) {}

  Frame frame(std::string_view text) {
    return {.payload = deflate_.compressed(t_.fill(text)), .rsv = rsv1};
  }
  void say(std::string_view text) { client_.send_frame(frame(text)); }
  void say_binary(const std::string& message) {
    client_.send_frame(
        {.opcode = Opcode::binary, .payload = deflate_.compressed(message), .rsv = rsv1});
  }
  void hear(std::string_view text) { client_.expect_compressed(text); }
  void hear_binary(const std::string& message) {
    const std::string expected = described(message) + ", compressed";
    const Received received = client_.take(expected);
    if (received.kind == Received::Kind::binary && received.payload == message &&
        received.compressed) {
      return;
    }
    throw Violation(expected, described(received), client_.name());
  }
  void join() {
    say(R"(["1","1","{topic}","phx_join",{}])");
    hear(R"(["1","1","{topic}","phx_reply",{ok}])");
  }
  Client& client() { return client_; }

 private:
  Trial& t_;
  Client& client_;
  Deflate deflate_;
};

/// What compresses to a tenth: a server may refuse a message that inflates as only an attack would,
/// as Bandit does beyond 25 to 1.
std::string repetitive(std::size_t size) {
  std::minstd_rand random;  // the same in every run
  std::string text;
  while (text.size() < size) {
    std::string block;
    while (block.size() < 40) block += static_cast<char>('0' + random() % 10);
    for (int i = 0; i < 12; ++i) text += block;
  }
  text.resize(size);
  return text;
}

RULE("H-48", must, contract, "if compression was agreed on, every kind of message is compressed",
     "cowboy_websocket (compress); RFC 7692, 7.2") {
  const std::string& topic = t.word("topic");
  const std::string bytes("\x00\xff[\n\x00\x00\xff\xff", 8);
  Squeezing client(t, deflate);
  client.say(R"([null,"1","phoenix","heartbeat",{}])");
  client.hear(R"([null,"1","phoenix","phx_reply",{ok}])");
  client.say(R"(["1","2","{topic}","echo",{}])");
  client.hear(R"([null,"2","{topic}","phx_reply",{unmatched}])");
  client.join();
  client.say(R"(["1","3","{topic}","push",{"event":"pushed","payload":{"k":1}}])");
  client.hear(R"(["1",null,"{topic}","pushed",{"k":1}])");
  client.say(R"(["1","4","{topic}","async",{"ms":1}])");
  client.hear(R"(["1","4","{topic}","phx_reply",{"status":"ok","response":{"ms":1}}])");
  client.say(R"(["1","5","{topic}","broadcast",{"n":1}])");
  client.hear(R"([null,null,"{topic}","broadcasted",{"n":1}])");
  client.hear(R"(["1","5","{topic}","phx_reply",{ok}])");
  client.say(R"(["1","6","{topic}","intercept",{"n":1}])");
  client.hear(R"(["1",null,"{topic}","intercepted",{"n":1,"intercepted_for":null}])");
  client.say_binary(encode(BinaryPush{"1", "7", topic, "echo", bytes}));
  client.hear_binary(encode(BinaryReply{"1", "7", topic, "ok", bytes}));
  client.say_binary(encode(BinaryPush{"1", "8", topic, "push_binary", bytes}));
  client.hear_binary(encode(BinaryPushed{"1", topic, "pushed_binary", bytes}));
  client.say_binary(encode(BinaryPush{"1", "9", topic, "broadcast_binary", bytes}));
  client.hear_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", bytes}));
  client.hear(R"(["1","9","{topic}","phx_reply",{ok}])");
  client.say(R"(["1","a","{topic}","crash",{}])");
  client.hear(R"(["1","1","{topic}","phx_error",{any}])");
  // Control frames are not.
  client.client().send_frame({.opcode = Opcode::ping, .payload = "ping"});
  client.client().expect_pong("ping");
  client.say(R"([null,"b","phoenix","heartbeat",{}])");
  client.hear(R"([null,"b","phoenix","phx_reply",{ok}])");
}

RULE("H-49", must, contract,
     "many compressed broadcasts at once reach each member by its own agreement",
     "cowboy_websocket (one deflate stream a connection)") {
  constexpr int broadcasts = 60;
  std::vector<Client*> squeezed, plain{&t.join(), &t.join({.mount = "/deflate"})};
  for (const char* parameters : {"", "; server_max_window_bits=9", "; server_no_context_takeover",
                                 "; client_no_context_takeover", ""}) {
    const Opening opening{
        .mount = "/deflate",
        .headers = {{"Sec-WebSocket-Extensions", fmt::format("permessage-deflate{}", parameters)}}};
    squeezed.push_back(&t.join(opening));
  }
  Client& sender = t.join();
  std::vector<std::string> events;
  for (int n = 0; n < broadcasts; ++n) {
    events.push_back(fmt::format(
        R"(["1","{0}","{{topic}}","broadcast",{{"n":{0},"text":"the same again"}}])", n));
  }
  sender.send_together(events);
  for (int n = 0; n < broadcasts; ++n) {
    const std::string frame = fmt::format(
        R"([null,null,"{{topic}}","broadcasted",{{"n":{},"text":"the same again"}}])", n);
    sender.expect(frame);
    sender.expect(fmt::format(R"(["1","{}","{{topic}}","phx_reply",{{ok}}])", n));
    for (Client* member : plain) member->expect(frame);
    for (Client* member : squeezed) member->expect_compressed(frame);
  }
}

RULE("H-50", must, contract, "large compressed messages of many clients at once are all inflated",
     "one process a connection") {
  constexpr int clients = 12;
  const std::string payload = fmt::format(R"({{"d":"{}"}})", repetitive(600'000));
  std::vector<std::unique_ptr<Squeezing>> all;
  for (int i = 0; i < clients; ++i) {
    all.push_back(std::make_unique<Squeezing>(t, deflate));
    all.back()->join();
  }
  std::vector<std::vector<Frame>> frames;
  for (const auto& one : all) {
    frames.push_back({one->frame(R"(["1","2","{topic}","echo",)" + payload + "]"),
                      one->frame(R"(["1","3","{topic}","ack",{}])")});
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->client().send_frames(frames[i]);
  for (const auto& one : all) {
    one->hear(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" + payload + "}]");
    one->hear(R"(["1","3","{topic}","phx_reply",{ok}])");
  }
}

RULE("H-51", must, contract, "a compressed message of exactly the limit is accepted",
     "max_frame_size (of what goes over the wire, at most of what it inflates to)") {
  constexpr std::size_t limit = 8'000'000;
  Squeezing client(t, deflate);
  client.join();
  std::string text = t.fill(R"(["1","2","{topic}","noreply",{"d":""}])");
  text.insert(text.size() - 3, repetitive(limit - text.size()));
  client.client().send_frame(client.frame(text));
  client.say(R"(["1","3","{topic}","count",{}])");
  client.hear(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("H-52", must, contract, "bad input is refused when compressed too",
     "cow_ws (validate_utf8 after inflate); decode! raises") {
  const auto ends = [&t](const std::string& text, const Codes& codes) {
    Squeezing client(t, deflate);
    client.client().send_frame(client.frame(text));
    client.client().expect_end(codes);
  };
  ends("this is no JSON", {1011});
  ends(R"([null,"1","phoenix","heartbeat"])", {1011});
  ends("[null,\"\xff\",\"phoenix\",\"heartbeat\",{}]", {1007});
  Squeezing client(t, deflate);
  client.say_binary("\x03 is no kind");
  client.client().expect_end({1011});
  Squeezing closing(t, deflate);
  closing.client().send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  closing.client().expect_close({1000});
  t.expect_server_goes_on();
}

}  // namespace
}  // namespace phx::conformance
