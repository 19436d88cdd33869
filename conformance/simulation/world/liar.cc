/// Frames that no client sends, and requests that end in the middle.

#include "conformance/simulation/world/liar.h"

#include <fmt/format.h>

#include <vector>

#include <algorithm>
#include <utility>

namespace phx::simulation {
namespace {

constexpr std::size_t max_lines = 8;  // at once
constexpr Millis patience{10'000};    // to connect

/// RFC 6455, 5.2, with a mask of zeros.
std::string frame(std::string_view payload, unsigned char first = 0x81) {
  std::string bytes(1, static_cast<char>(first));
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else {
    bytes += static_cast<char>(0x80 | (payload.size() < 65'536 ? 126 : 127));
    for (int shift = payload.size() < 65'536 ? 8 : 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(payload.size() >> shift & 0xff);
    }
  }
  return bytes.append(4, '\0').append(payload);
}

std::string repeated(std::size_t count, const std::string& text) {
  std::string all;
  for (; count > 0; --count) all += text;
  return all;
}

const std::string join_den = frame(R"(["1","1","den:a","phx_join",{}])");

/// What is said on a websocket. Each kind of lie has one text, of which chance chooses a size.
std::string said(const std::string& lie, Random& random) {
  if (lie == "garbage") return frame("not a message") + frame("[]") + frame("[1,2,3,4,5,6]");
  if (lie == "bytes") {
    std::string bytes(random.between(1, 2'000), '\0');
    random.fill(bytes.data(), bytes.size());
    return bytes;
  }
  if (lie == "half") {
    const std::string whole = frame(R"(["1","1","room:a","phx_join",{"who":"liar"}])");
    return whole.substr(0, random.between(1, whole.size() - 1));
  }
  if (lie == "huge") return std::string("\x81\xff\x00\x00\x01\x00\x00\x00\x00\x00\0\0\0\0", 14);
  if (lie == "pings") return repeated(random.between(1, 300), frame("are you there", 0x89));
  if (lie == "flood") {
    return join_den + repeated(random.between(1, 600), frame(R"(["1","7","den:a","echo",{}])"));
  }
  if (lie == "stale") {
    return repeated(20, frame(R"(["1","7","room:a","echo",{}])") +
                            frame(R"(["99","7","room:b","phx_leave",{}])") +
                            frame(R"([null,null,"room:a","say",{"by":"liar"}])"));
  }
  if (lie == "rejoin") return repeated(random.between(2, 30), join_den);
  if (lie == "refused") {
    return frame(R"(["1","1","room:a","phx_join",{"how":"refused"}])") +
           frame(R"(["2","2","room:a","phx_join",{"how":"crash"}])") +
           frame(R"(["2","3","room:a","echo",{}])") + frame(R"(["2","4","room:a","phx_leave",{}])");
  }
  if (lie == "close") {
    return join_den + frame(std::string("\x03\xe8", 2), 0x88) + repeated(5, join_den);
  }
  if (lie == "deep") return frame("[\"1\",\"1\",\"den:a\",\"phx_join\"," + repeated(5'000, "["));
  if (lie == "names") return frame("[\"1\",\"1\",\"" + repeated(3'000, "x") + "\",\"echo\",{}]");
  if (lie == "binary") {
    return join_den + frame(std::string("\x00\x01\x01\x05\x04", 5) + "17den:aecho!", 0x82) +
           frame("\x00\xff", 0x82) + frame("", 0x82);
  }
  // With `deaf` nothing of it is read.
  return join_den + repeated(random.between(1, 60), frame(R"(["1","8","den:a","blast",{}])"));
}

/// Requests of strangers: to a mount where all that a mount may ask of its clients is asked.
std::string strange_request(Random& random, const std::string& server, const std::string& who) {
  static const std::vector<std::string> methods{"GET",     "GET", "GET", "POST",
                                                "OPTIONS", "PUT", "HEAD"};
  static const std::vector<std::string> targets{"/strict/acme/websocket?vsn=2.0.0",
                                                "/strict/acme/websocket?vsn=2.0.0",
                                                "/strict/acme/longpoll?vsn=2.0.0",
                                                "/strict/%ff/websocket?vsn=2.0.0",
                                                "/strict/acme/websocket?vsn=7.0.0",
                                                "/strict/acme/websocket?",
                                                "/socket/websocket?vsn=2.0.0",
                                                "/socket/longpoll?vsn=2.0.0",
                                                "/nowhere?"};
  static const std::vector<std::string> headers{
      "Upgrade: websocket",
      "Connection: keep-alive, Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 8",
      "Origin: https://example.com",
      "Origin: https://evil.example",
      "Origin: null",
      "Sec-WebSocket-Protocol: chat, other",
      "Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.dG9rZW4",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=x, other",
      "Sec-WebSocket-Extensions: ;",
      "X-Phoenix-AuthToken: token",
      "User-Agent: nobody",
      "X-One: 1\r\nX-One: 2",
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "Cookie: _key=abc",
      "Content-Type: application/x-ndjson",
      "Content-Length: 6",
      "Access-Control-Request-Headers: x-phoenix-authtoken"};
  const bool whole = random.chance(50);  // then as a browser asks
  // One after the other: each compiler has its own order for the arguments of a call.
  const int minor = random.chance(90) ? 1 : 0;
  const std::string& target = random.one_of(targets);
  const std::string& method = whole ? "GET" : random.one_of(methods);
  std::string text = fmt::format("{} {}&who={} HTTP/1.{}\r\n", method, target, who, minor);
  if (whole || random.chance(90)) text += fmt::format("Host: {}\r\n", server);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    constexpr std::size_t of_a_handshake = 4;
    if (whole && i < of_a_handshake ? random.chance(97) : random.chance(15)) {
      text += headers[i] + "\r\n";
    }
  }
  return text + "\r\n" + (text.find("Content-Length") == text.npos ? "" : "[1]\r\nA");
}

}  // namespace

/// One connection, and what is still to be written.
class Liar::Line final : public net::DialUser {
 public:
  Line(Liar& liar, const std::string& to)
      : server(to),
        stream_(liar.machine_.network.dial(
            liar.host_, liar.access_, {.host = to, .port = 80, .patience = patience}, *this)) {}

  void write(const std::string& bytes) {
    out_ += bytes;
    writable();
  }
  void drop() {
    if (open_) stream_->drop();
  }

  void opened() override {
    open_ = true;
    writable();
  }
  void received(std::string_view) override {}
  void writable() override {
    if (open_) out_.erase(0, stream_->write(out_));
  }
  void closed() override {
    ended = true;
    open_ = false;
  }

  const std::string server;
  bool ended = false;
  bool speaks_websocket = false;

 private:
  bool open_ = false;
  std::string out_;
  const std::unique_ptr<net::DialedStream> stream_;
};

Liar::Liar(Machine& machine, std::size_t number, Access access)
    : machine_(machine),
      host_(fmt::format("{}{}", liar_name, number), machine.seed),
      access_(std::move(access)),
      random_(machine.seed, "lies", number) {
  access_.owner = host_.name;
}
Liar::~Liar() = default;

Liar::Line& Liar::new_line(const std::string& server) {
  std::erase_if(lines_, [](const auto& line) { return line->ended; });
  if (lines_.size() >= max_lines) lines_.erase(lines_.begin());
  return *lines_.emplace_back(std::make_unique<Line>(*this, server));
}

Liar::Line& Liar::websocket(const std::string& server) {
  for (const auto& line : lines_) {
    if (!line->ended && line->speaks_websocket && line->server == server) return *line;
  }
  Line& line = new_line(server);
  line.speaks_websocket = true;
  line.write(
      fmt::format("GET /socket/websocket?vsn=2.0.0&who={} HTTP/1.1\r\nHost: {}\r\n"
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                  host_.name, server));
  return line;
}

void Liar::lie(const std::string& server, const Action& action) {
  if (action.how == "http" || action.how == "session" || action.how == "post") {
    return tell_http(server, action);
  }
  if (action.how == "strange") {
    for (auto left = random_.between(1, 20); left > 0; --left) {
      Line& line = new_line(server);
      line.write(strange_request(random_, server, host_.name) + join_den + frame(R"({"a":1})") +
                 frame(R"([null,"1","den:a",{},{}])") +
                 frame(R"(["1","1",{"a":1},"phx_join",{}])"));
    }
    return;
  }
  if (action.how == "deaf") access_.reads_nothing = true;
  Line& line = websocket(server);
  line.write(said(action.how, random_));
  if (action.how == "drop") line.drop();
}

void Liar::tell_http(const std::string& server, const Action& action) {
  const std::string who = fmt::format("/socket/longpoll?vsn=2.0.0&who={}", host_.name);
  const std::string host = fmt::format(" HTTP/1.1\r\nHost: {}\r\n", server);
  Line& line = new_line(server);
  if (action.how == "session") {  // begun, and never polled
    return line.write(repeated(3, "GET " + who + host + "\r\n"));
  }
  if (action.how == "post") {
    return line.write("POST " + who + "&token=none" + host + "Content-Length: 5\r\n\r\n[1,2]" +
                      "POST " + who + host + "Content-Length: 1000000\r\n\r\n[");
  }
  const std::string request = "GET / HTTP/9.9\r\nHost: \x01\r\n: \r\n\r\n";
  line.write(request.substr(0, random_.between(1, request.size())));
}

void Liar::vanish() {
  lines_.clear();
  access_.reads_nothing = false;
}

}  // namespace phx::simulation
