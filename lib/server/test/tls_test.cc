/// The server over TLS: whole, on its own thread, as a client meets it.

#include <csignal>
#include <random>
#include <thread>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "socket/user_socket.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

constexpr Millis short_while{300};  // idle timeouts and handshakes of these tests
constexpr std::size_t large = 1'000'000;
constexpr std::size_t page_size = 600'000;  // more than the socket pair and a record hold

class Echo final : public Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view, Payload payload, Socket&) override {
    return Reply::ok(std::move(payload));
  }
};

/// Accepts only clients over https.
class EchoSocket final : public UserSocket {
 public:
  EchoSocket() { channel<Echo>("echo:*"); }
  ConnectResult connect(Connect connect, Socket&) const override {
    return connect.info.uri.value_or("").starts_with("https://") ? ConnectResult{Accepted{}}
                                                                 : ConnectResult{Rejected{}};
  }
};

/// A server on TLS, and a plain port beside it.
class Running {
 public:
  explicit Running(std::size_t max_connections = 100)
      : server_((fill(endpoint_), endpoint_),
                {.port = 0,
                 .shards = 1,
                 .max_connections = max_connections,
                 .tls = TlsOptions{certificate.cert(), certificate.key(), short_while},
                 .http_port = 0},
                Log::to_stderr(Level::off)) {
    server_.start();
  }

  void stop() { server_.stop(); }
  std::uint16_t port() const { return server_.port(); }
  std::uint16_t http_port() const {
    const std::string url = server_.urls().at(1);
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  TlsClient client(int window = 0, TlsClient::Change change = {}) const {
    return TlsClient(port(), certificate, window, std::move(change));
  }

  const Certificate certificate;

 private:
  static void fill(Endpoint& endpoint) {
    const auto user = std::make_shared<EchoSocket>();
    transport::Mount patient{"/socket", user};
    patient.connect_info.uri = true;
    // These clients send as much as they can, as fast as they can.
    patient.websocket->max_frame_size = 8'000'000;
    patient.message_rate.reset();
    patient.byte_rate.reset();
    endpoint.socket(patient);
    transport::Mount impatient = patient;
    impatient.path = "/short";
    impatient.websocket->timeout = short_while;
    endpoint.socket(impatient);
    endpoint.get("/", [](const http::Request& request) {
      return http::Response{200, request.scheme + " from " + request.peer};
    });
    endpoint.get("/large", [](const auto&) {
      return http::Response{200, std::string(page_size, 'x')};
    });
  }

  Endpoint endpoint_;
  Server server_;
};

void become_websocket(TlsClient& client, const std::string& mount = "/socket") {
  client.write(get(mount + "/websocket?vsn=2.0.0",
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  const std::string head = client.read_through("\r\n\r\n");
  expect(head.starts_with("HTTP/1.1 101 "), head);
  expect(head.find("\r\ndate: ") != std::string::npos, "a date in " + head);
}

void join(TlsClient& client) {
  client.write(frame(R"(["1","1","echo:a","phx_join",{}])"));
  expect(client.read_through("}]").find(R"("status":"ok")") != std::string::npos, "joined");
}

std::string push(const std::string& text) {
  return R"(["1","2","echo:a","echo",{"text":")" + text + R"("}])";
}

/// The server still serves others, whatever this client did.
void expect_goes_on(const Running& server) {
  TlsClient client = server.client();
  client.write(get("/", "Connection: close\r\n"));
  expect(client.rest().ends_with("https from 127.0.0.1"), "the page");
  expect(client.was_told_goodbye(), "close_notify");
}

}  // namespace

PHX_TEST("a page comes over https, and again over the same connection") {
  const Running server;
  TlsClient client = server.client();
  for (int i = 0; i < 2; ++i) {
    client.write(get("/"));
    expect(client.read_through("127.0.0.1").ends_with("\r\n\r\nhttps from 127.0.0.1"), "the page");
  }
  expect_goes_on(server);
}

PHX_TEST("the plain port beside it speaks plain HTTP") {
  const Running server;
  const TcpClient client(server.http_port());
  client.write(get("/", "Connection: close\r\n"));
  expect(client.rest().ends_with("\r\n\r\nhttp from 127.0.0.1"), "the page");
}

PHX_TEST("a websocket over TLS echoes, and connect gets https as its scheme") {
  const Running server;
  TlsClient client = server.client();
  become_websocket(client);
  join(client);
  client.write(frame(push("hello")));
  expect(client.read_through("}]").find("hello") != std::string::npos, "the echo");
  client.goodbye();
  client.rest();
  expect(client.was_told_goodbye(), "close_notify for close_notify");
}

PHX_TEST("HTTP/1.1 is negotiated, and a client that speaks only HTTP/2 is refused") {
  const Running server;
  const auto offer = [](const char* protocols) {
    return [protocols](SSL_CTX* context) {
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols),
                              static_cast<unsigned>(std::string_view(protocols).size()));
    };
  };
  const TlsClient client = server.client(0, offer("\x02h2\x08http/1.1"));
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.session(), &chosen, &size);
  expect_eq(std::string(reinterpret_cast<const char*>(chosen), size), std::string("http/1.1"));
  expect_throw<Failure>([&] { server.client(0, offer("\x02h2")); });
  expect_goes_on(server);
}

PHX_TEST("TLS 1.2 is accepted, without renegotiation; 1.1 is not") {
  const Running server;
  const auto at_most = [](int version) {
    return [version](SSL_CTX* context) {
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_max_proto_version(context, version);
    };
  };
  TlsClient client = server.client(0, at_most(TLS1_2_VERSION));
  SSL_renegotiate(client.session());
  expect(SSL_do_handshake(client.session()) != 1, "no renegotiation");
  expect_throw<Failure>([&] { server.client(0, at_most(TLS1_1_VERSION)); });
  expect_goes_on(server);
}

PHX_TEST("a client that speaks plain HTTP on the TLS port is closed") {
  const Running server;
  const TcpClient client(server.port());
  client.write(get("/"));
  expect(client.rest().find("HTTP") == std::string::npos, "no answer");
  expect_goes_on(server);
}

PHX_TEST("a handshake of garbage ends only its own connection") {
  const Running server;
  std::mt19937 random(1);
  for (const bool looks_right : {false, true}) {
    for (std::size_t size = 1; size < 3'000; size = size * 3 + 1) {
      std::string bytes = looks_right ? "\x16\x03\x01" : "";
      while (bytes.size() < size) bytes += static_cast<char>(random());
      const TcpClient client(server.port());
      client.write(bytes);
      client.finish();
      client.rest();
    }
  }
  expect_goes_on(server);
}

PHX_TEST("a handshake that makes no progress times out") {
  const Running server;
  const TcpClient silent(server.port());
  const TcpClient half(server.port());
  half.write(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
  silent.rest();
  half.rest();
  expect_goes_on(server);
}

PHX_TEST("garbage inside a session ends only that session") {
  const Running server;
  TlsClient broken = server.client();
  become_websocket(broken);
  join(broken);
  broken.tcp().write(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  expect_eq(broken.rest(), std::string());
  expect_goes_on(server);
}

PHX_TEST("a slow reader gets many large messages whole, and its own arrive whole") {
  constexpr int messages = 8;
  constexpr int small_window = 4'096;
  const Running server;
  TlsClient client = server.client(small_window);
  become_websocket(client);
  join(client);
  const std::string text(large, 'x');
  for (int i = 0; i < messages; ++i) client.write(frame(push(text)));
  for (int i = 0; i < messages; ++i) {
    const std::string got = client.read_through("}]");
    expect(got.find(text) != std::string::npos, "the whole text");
    expect(got.size() < large + 200, "and nothing else");
  }
}

PHX_TEST("an answer that ends its connection arrives whole, however slowly the client reads") {
  constexpr int small_window = 4'096;
  const Running server;
  TlsClient client = server.client(small_window);
  client.write(get("/large", "Connection: close\r\n"));
  std::string all;
  for (std::string more = client.read(1'000); !more.empty(); more = client.read(1'000)) all += more;
  expect(all.ends_with(std::string(page_size, 'x')), "the whole page");
  expect(client.was_told_goodbye(), "close_notify");
}

PHX_TEST("a client that ends TCP without close_notify ends its session") {
  const Running server;
  TlsClient client = server.client();
  become_websocket(client);
  join(client);
  client.tcp().finish();
  client.rest();
  expect(client.was_told_goodbye(), "close_notify");
}

PHX_TEST("a client that is silent over TLS is closed after the timeout") {
  const Running server;
  TlsClient silent = server.client();
  become_websocket(silent, "/short");
  expect_eq(silent.rest(), std::string("\x88\x02\x03\xe8"));  // 1000, as Cowboy
}

PHX_TEST("a client that sends over TLS stays connected") {
  const Running server;
  for (int attempts = 1;; ++attempts) {
    auto last = Clock::now();  // that the client was answered
    const auto end = last + 3 * short_while;
    try {
      TlsClient talker = server.client();
      become_websocket(talker, "/short");
      join(talker);
      for (; last < end; last = Clock::now()) {
        talker.write(frame(push("still here")));
        expect(talker.read_through("}]").find("still here") != std::string::npos, "the echo");
      }
      return;
    } catch (const Failure&) {
      // If the whole machine pauses, so does the client, and is rightly closed.
      const bool paused = Clock::now() - last > short_while / 2;
      if (!paused || attempts == 10) throw;
    }
  }
}

PHX_TEST("when the server stops, a TLS client is closed with 1012 and close_notify") {
  Running server;
  TlsClient client = server.client();
  become_websocket(client);
  join(client);
  TlsClient idle = server.client();
  TcpClient unborn(server.port());
  std::string last_words;
  std::thread reader([&client, &last_words] { last_words = client.rest(); });
  server.stop();
  reader.join();
  expect_eq(last_words, std::string("\x88\x02\x03\xf4"));
  expect(client.was_told_goodbye(), "close_notify");
  expect_eq(idle.rest(), std::string());
}

PHX_TEST("TLS clients above the limit are dropped, and one that leaves makes room") {
  const Running server(2);
  auto first = std::make_unique<TlsClient>(server.port(), server.certificate);
  TlsClient second = server.client();
  expect_throw<Failure>([&] { server.client(); });
  first->goodbye();
  first->rest();
  first.reset();
  bool let_in = false;
  for (int i = 0; i < 1'000 && !let_in; ++i) {
    try {
      expect_goes_on(server);
      let_in = true;
    } catch (const Failure&) {
    }
  }
  expect(let_in, "there is room again");
}

PHX_TEST(
    "over TLS 1.2 only ciphers with forward secrecy and authenticated encryption are accepted") {
  const Running server;
  const auto offering = [](const char* ciphers) {
    return [ciphers](SSL_CTX* context) {
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_cipher_list(context, ciphers);
    };
  };
  server.client(0, offering("ECDHE+AESGCM"));
  server.client(0, offering("ECDHE+CHACHA20"));
  for (const char* weak : {"kRSA+AESGCM", "ECDHE+AES128+SHA1", "DHE+AESGCM"}) {
    expect_throw<Failure>([&] { server.client(0, offering(weak)); });
  }
}
