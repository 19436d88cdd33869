/// A client's websocket with the test as its server: the handshake, frames both ways, and servers
/// that misbehave.

#include "client/websocket_transport.h"

#include "testing/case.h"
#include "testing/fake_dialer.h"
#include "testing/listening_user.h"
#include "websocket/handshake.h"

using namespace phx;
using namespace phx::testing;
using client::Attempt;

namespace {

using Lines = std::vector<std::string>;

struct User final : ListeningUser {
  void received(serializer::Frame frame) override {
    const bool binary = frame.opcode == serializer::Frame::binary;
    heard.push_back((binary ? "binary " : "text ") + frame.bytes);
  }
};

/// Neither copied nor moved. Its random bytes are all `k`.
struct Websocket {
  explicit Websocket(ClientOptions wanted = {}, std::optional<std::string> token = {})
      : options(std::move(wanted)),
        transport(client::parse_endpoint_url("ws://host:4000/socket"),
                  Attempt{false, "/socket/websocket?vsn=2.0.0", std::move(token)}, options, user,
                  dialer.dial(), [](std::size_t size) { return std::string(size, 'k'); }) {
    server().open();
    request = server().network.taken();
  }

  FakeDialed& server() { return *dialer.all.at(0); }
  Lines told() { return user.told(); }
  std::string answer(const std::string& more = "",
                     const std::string& key = "a2tra2tra2tra2tra2traw==") {
    return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
           "sec-websocket-accept: " +
           websocket::accept_key(key) + "\r\n" + more + "\r\n";
  }
  void open() {
    server().say(answer());
    told();
  }
  /// Refused at the handshake: the one line that is reported.
  std::string refused(const std::string& says) {
    server().say(says);
    expect(server().network.dropped, "the connection is dropped");
    server().end("dropped");
    const Lines all = told();
    expect_eq(all.size(), 1u);
    return all.at(0);
  }
  /// What the client sent, unmasked: our masks are all `kkkk`.
  std::string unmasked(std::string frame) {
    for (std::size_t i = 6; i < frame.size(); ++i) frame[i] = static_cast<char>(frame[i] ^ 'k');
    return frame;
  }

  const ClientOptions options;
  FakeDialer dialer;
  User user;
  client::WebsocketTransport transport;
  std::string request;
};

std::string frame(unsigned first, const std::string& payload) {
  return std::string{static_cast<char>(first), static_cast<char>(payload.size())} + payload;
}

}  // namespace

PHX_TEST("C-01: the handshake is a GET of RFC 6455, and opens with the right answer") {
  Websocket client({.headers = {{"origin", "http://here"}}});
  expect_eq(client.request,
            "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nhost: host:4000\r\nconnection: "
            "Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: "
            "a2tra2tra2tra2tra2traw==\r\norigin: http://here\r\n\r\n");
  client.server().say(client.answer());
  expect_eq(client.told(), Lines{"opened"});
}

PHX_TEST("C-33: a token is offered as a sub-protocol beside phoenix, and not in the query") {
  Websocket client({}, "secret?");
  expect(client.request.find("sec-websocket-protocol: phoenix, "
                             "base64url.bearer.phx.c2VjcmV0Pw\r\n") != std::string::npos,
         client.request);
  expect(client.request.find("secret") == std::string::npos, "not in the query");
}

PHX_TEST("C-03: frames are masked; a ping is answered with its bytes, a close with its code") {
  Websocket client;
  client.open();
  client.transport.send({serializer::Frame::text, "[1]"});
  expect_eq(client.unmasked(client.server().network.taken()), "\x81\x83kkkk[1]");
  client.server().say(frame(0x89, "are you there"));
  expect_eq(client.unmasked(client.server().network.taken()), "\x8a\x8dkkkkare you there");
  client.server().say(frame(0x88, "\x03\xe9"));
  expect_eq(client.unmasked(client.server().network.taken()), "\x88\x82kkkk\x03\xe9");
  expect(client.server().network.finished, "it ends its side");
  client.server().end();
  expect_eq(client.told(), Lines{"closed 1001 "});
}

PHX_TEST("C-34: text and binary messages come in their order, whole or in fragments") {
  Websocket client;
  client.open();
  client.server().say(frame(0x01, "[1") + frame(0x89, "") + frame(0x80, "]") + frame(0x82, "\x02") +
                      frame(0x81, "[2]"));
  expect_eq(client.told(), (Lines{"text [1]", "binary \x02", "text [2]"}));
}

PHX_TEST("an answer may bring the first frames with it, and come byte by byte") {
  Websocket client;
  const std::string all = client.answer() + frame(0x81, "[1]");
  for (const char byte : all) client.server().say({&byte, 1});
  expect_eq(client.told(), (Lines{"opened", "text [1]"}));
  Websocket together;
  together.server().say(together.answer() + frame(0x81, "[1]"));
  expect_eq(together.told(), (Lines{"opened", "text [1]"}));
}

PHX_TEST("C-31: a server that refuses, redirects, or is none ends the try with a sentence") {
  const auto says = [](const std::string& answer) {
    Websocket client;
    return client.refused(answer);
  };
  expect_eq(says("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
            "closed 1006 expected 101 Switching Protocols, got 403 Forbidden");
  expect_eq(says("HTTP/1.1 302 Found\r\nlocation: https://there/x\r\ncontent-length: 0\r\n\r\n"),
            "closed 1006 expected 101 Switching Protocols, got 302 Found to https://there/x, and "
            "redirects are not followed");
  expect_eq(says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
            "closed 1006 expected 101 Switching Protocols, got 200 OK");
  expect(says("SSH-2.0-OpenSSH_9.2\r\n\r\n").starts_with("closed 1006 not an answer of HTTP/1.1"),
         "another protocol");
}

PHX_TEST("a wrong accept key, an extension or a sub-protocol that was not offered is refused") {
  Websocket client;
  expect_eq(client.refused(client.answer("", "another key")),
            "closed 1006 the answer's Sec-WebSocket-Accept is not that of our key");
  Websocket extended;
  expect_eq(extended.refused(extended.answer("sec-websocket-extensions: permessage-deflate\r\n")),
            "closed 1006 the answer uses an extension that was not offered");
  Websocket chosen;
  expect_eq(chosen.refused(chosen.answer("sec-websocket-protocol: phoenix\r\n")),
            "closed 1006 the answer chooses a sub-protocol that was not offered");
}

PHX_TEST("a head without end, or a refusal with a giant body, is given up") {
  Websocket client;
  client.server().say("HTTP/1.1 101 Switching Protocols\r\n");
  const std::string header = "x: " + std::string(1'000, 'y') + "\r\n";
  for (int i = 0; i < 70 && !client.server().network.dropped; ++i) client.server().say(header);
  expect(client.server().network.dropped, "after 64 kB");
  client.server().end("dropped");
  expect_eq(client.told(), Lines{"closed 1006 the answer's head is too large"});
  Websocket large;
  expect(large.refused("HTTP/1.1 500 Oh\r\ncontent-length: 999999999\r\n\r\n")
             .starts_with("closed 1006 not an answer of HTTP/1.1: "),
         "a body over 64 kB is not awaited");
}

PHX_TEST("a giant frame, or fragments without end, end the connection with 1009") {
  Websocket client({.max_message = 1'000});
  client.open();
  client.server().say(std::string("\x81\x7f\x00\x00\x00\xff\xff\xff\xff\xff", 10));
  expect_eq(client.unmasked(client.server().network.taken()), "\x88\x82kkkk\x03\xf1");
  client.server().say(std::string(100'000, 'x'));
  client.server().end();
  expect_eq(client.told(),
            Lines{"closed 1006 the server broke the protocol: a message is larger than "
                  "max_frame_size"});

  Websocket pieces({.max_message = 1'000});
  pieces.open();
  pieces.server().say(frame(0x01, std::string(100, 'x')));
  for (int i = 0; i < 9; ++i) pieces.server().say(frame(0x00, std::string(100, 'x')));
  for (int i = 0; i < 10'000; ++i) pieces.server().say(frame(0x00, ""));
  expect_eq(pieces.server().network.taken(), "");
  pieces.server().say(frame(0x00, "x"));
  expect_eq(pieces.unmasked(pieces.server().network.taken()), "\x88\x82kkkk\x03\xf1");
}

PHX_TEST("C-30: bytes that break RFC 6455 end the connection, and say what was wrong") {
  const auto ends = [](const std::string& bytes) {
    Websocket client;
    client.open();
    client.server().say(bytes);
    expect(client.server().network.finished, "it ends");
    client.server().end();
    return client.told().at(0).substr(0, 44);
  };
  for (const std::string& bytes : {frame(0x91, "[1]"), frame(0x83, "[1]"), frame(0x80, "[1]"),
                                   std::string("\x81\x81kkkk[", 7)}) {
    expect_eq(ends(bytes), "closed 1006 the server broke the protocol: a");
  }
}

PHX_TEST("a server that pings and does not read fills no memory") {
  Websocket client;
  client.open();
  client.server().network.room = 0;
  for (int i = 0; i < 20'000; ++i) client.server().say(frame(0x89, std::string(100, 'p')));
  expect(client.transport.waiting() < 1'100'000, "a megabyte of pongs at most");
}

PHX_TEST("what the network does not take waits, and goes out in order") {
  Websocket client;
  client.open();
  client.server().network.room = 5;
  client.transport.send({serializer::Frame::text, "[1]"});
  client.transport.send({serializer::Frame::text, "[2]"});
  expect_eq(client.transport.waiting(), 13u);
  client.server().network.make_room();
  expect_eq(client.transport.waiting(), 0u);
  expect_eq(client.server().network.taken().size(), 18u);
  client.transport.close(1000);
  client.transport.send({serializer::Frame::text, "[3]"});
  expect_eq(client.unmasked(client.server().network.taken()), "\x88\x82kkkk\x03\xe8");
}
