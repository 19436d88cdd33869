/// H-24: permessage-deflate (RFC 7692), if it is offered and switched on.

#include <fmt/format.h>

#include <random>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

const std::pair<std::string, std::string> offer{"Sec-WebSocket-Extensions",
                                                "permessage-deflate; client_max_window_bits"};

/// The server's extensions header in its answer to this offer.
std::string agreed(Trial& t, const Request& request) {
  return t.expect_status(request, 101).header("sec-websocket-extensions").value_or("");
}

Frame compressed(const Trial& t, Deflate& deflate, std::string_view text) {
  return {.payload = deflate.compressed(t.fill(text)), .rsv = rsv1};
}

/// The same in some hundred fragments, or as many as it has bytes; only the first is marked as
/// compressed.
std::vector<Frame> in_fragments(const Frame& frame) {
  const std::size_t size = frame.payload.size() / 100 + 1;
  std::vector<Frame> fragments;
  for (std::size_t at = 0; at < frame.payload.size(); at += size) {
    const bool first = at == 0;
    fragments.push_back({.opcode = first ? frame.opcode : Opcode::continuation,
                         .payload = frame.payload.substr(at, size),
                         .fin = false,
                         .rsv = first ? frame.rsv : std::uint8_t{0}});
  }
  fragments.back().fin = true;
  return fragments;
}

/// Payloads that compress to about half of their size, and not to a tenth: a server may refuse a
/// message that inflates as only an attack would, as Bandit does beyond 25 to 1.
class Digits {
 public:
  std::string next(std::size_t count) { return payload(random(count)); }
  /// To a tenth, or less: one segment then inflates to more than some servers handle at once.
  std::string next_repetitive(std::size_t count) {
    std::string text;
    while (text.size() < count) {
      const std::string digits = random(40);
      for (int i = 0; i < 12; ++i) text += digits;
    }
    return payload(text);
  }

 private:
  std::string random(std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + random_() % 10);
    return text;
  }
  static std::string payload(const std::string& digits) {
    return fmt::format(R"({{"digits":"{}"}})", digits);
  }

  std::minstd_rand random_;  // the same in every run
};

enum class Way { compressed, in_fragments, plain };

/// An echo comes back compressed, in whichever of these ways it was sent.
void expect_echo(const Trial& t, Client& client, Deflate& deflate, Way way,
                 const std::string& payload) {
  const std::string echo = R"(["1","2","{topic}","echo",)" + payload + "]";
  switch (way) {
    case Way::compressed: client.send_frame(compressed(t, deflate, echo)); break;
    case Way::in_fragments: client.send_frames(in_fragments(compressed(t, deflate, echo))); break;
    case Way::plain: client.send(echo); break;
  }
  client.expect_compressed(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" +
                           payload + "}]");
}

RULE("H-24", must, contract, "permessage-deflate is used only if it is offered and switched on",
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

  Deflate deflate;  // the client's context: later messages refer to earlier ones
  Client& client = t.connect(opening);
  client.send_frame(compressed(t, deflate, R"(["1","1","{topic}","phx_join",{}])"));
  client.expect_compressed(R"(["1","1","{topic}","phx_reply",{ok}])");
  Digits digits;
  for (const std::size_t size : {50, 100, 300'000}) {
    for (const Way way : {Way::compressed, Way::in_fragments, Way::plain}) {
      expect_echo(t, client, deflate, way, digits.next(size));
    }
  }
  // Messages after one that takes long to inflate are not lost.
  const std::string large = digits.next_repetitive(2'000'000);
  std::vector<Frame> together{compressed(t, deflate, R"(["1","2","{topic}","echo",)" + large + "]"),
                              compressed(t, deflate, R"(["1","3","{topic}","echo",{"n":3}])"),
                              {.payload = t.fill(R"(["1","4","{topic}","echo",{"n":4}])")}};
  client.send_frames(together);
  client.expect_compressed(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" + large +
                           "}]");
  for (const char* n : {"3", "4"}) {
    client.expect_compressed(fmt::format(
        R"(["1","{0}","{{topic}}","phx_reply",{{"status":"ok","response":{{"n":{0}}}}}])", n));
  }
}

}  // namespace
}  // namespace phx::conformance
