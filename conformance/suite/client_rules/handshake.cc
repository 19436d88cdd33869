/// How a client knocks: its request, its frames, its token, and what it tells of a refusal.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/wire/base64.h"

namespace phx::conformance {
namespace {

constexpr int max_tries_a_second = 20;

std::string lower(std::string text) { return conformance::lower(std::move(text)); }

/// What is wrong with an upgrade request (RFC 6455, 4.1); empty if nothing is.
std::string wrong_with(const Request& request) {
  const auto header = [&request](const char* name) {
    return lower(request.header(name).value_or(""));
  };
  std::string key;
  if (request.method != "GET") return "the method " + request.method;
  if (request.version != "HTTP/1.1") return "the version " + request.version;
  if (header("host").empty()) return "no Host";
  if (header("upgrade") != "websocket") return "Upgrade: " + header("upgrade");
  if (header("connection").find("upgrade") == std::string::npos) {
    return "Connection: " + header("connection");
  }
  if (header("sec-websocket-version") != "13") {
    return "Sec-WebSocket-Version: " + header("sec-websocket-version");
  }
  constexpr std::size_t key_bytes = 16;
  if (!from_base64(request.header("sec-websocket-key").value_or(""), key) ||
      key.size() != key_bytes) {
    return "a Sec-WebSocket-Key that is not 16 bytes in base64";
  }
  return "";
}

CLIENT_RULE(
    "C-01", must, 'H',
    "connects by GET on the mount's /websocket with a valid handshake, and speaks the vsn it "
    "asks for",
    "RFC 6455, 4.1; socket.js endPointURL") {
  t.dial();
  Guest& guest = t.knock();
  const Request request = *guest.request();
  const std::string path = request.target.substr(0, request.target.find('?'));
  t.expect_same("a request for", "/socket/websocket", path);
  const std::string wrong = wrong_with(request);
  if (!wrong.empty()) t.violated("a handshake as RFC 6455 has it", wrong);
  guest.upgrade();
  t.expect(R"({"on":"open"})");
  t.join("a", "room:1");
  const Heard join = guest.hear("phx_join");
  const bool spoke_v1 = join.message.v1;
  if (spoke_v1 != guest.v1()) {
    t.violated(fmt::format("messages of the version that it asked for: vsn={}",
                           guest.parameter("vsn").value_or("(none)")),
               join.message.text());
  }
}

CLIENT_RULE("C-02", must, 'H',
            "sends the user's parameters in the query, percent-encoded, beside vsn",
            "ajax.js appendParams") {
  t.dial("", R"({"user name":"Ada & Ω","token":"a+b/c=d?e#f%20","empty":""})");
  Guest& guest = t.knock();
  const std::string raw = guest.request()->target;
  if (raw.find_first_of(" #\"") != raw.npos) t.violated("a query without bare characters", raw);
  const std::pair<const char*, const char*> wanted[] = {
      {"user name", "Ada & Ω"}, {"token", "a+b/c=d?e#f%20"}, {"empty", ""}};
  for (const auto& [name, value] : wanted) {
    const auto came = guest.parameter(name);
    if (came != value) {
      t.violated(fmt::format("the parameter \"{}\" to be \"{}\"", name, value),
                 came ? fmt::format("\"{}\" in {}", *came, raw) : "no such parameter in " + raw);
    }
  }
}

CLIENT_RULE("C-03", must, 'H',
            "masks its frames, answers a ping with the same bytes, and answers a close",
            "RFC 6455, 5.3 and 5.5") {
  Guest& guest = t.joined();
  constexpr std::size_t longest = 125;
  for (const std::string& payload :
       {std::string("hello \xff\x01", 8), std::string(), std::string(longest, 'x')}) {
    guest.send_frames({{.opcode = Opcode::ping, .payload = payload, .masked = false}});
    t.expect_same("a pong with", shortened(payload), shortened(guest.hear_pong()));
  }
  guest.send_frames({{.opcode = Opcode::close, .payload = close_payload(1001), .masked = false}});
  guest.hear_close();
  if (guest.sent_unmasked()) t.violated("masked frames", "a frame without a mask");
}

CLIENT_RULE("C-20", should, 'H', "asks for the parameters again at each try, because they expire",
            "socket.js params") {
  t.dial(R"("count_tries":true)", R"({"user":"Ada"})");
  Guest& first = t.welcome();
  const auto before = first.parameter("try");
  first.reset();
  Guest& second = t.welcome();
  const auto after = second.parameter("try");
  if (!before || !after) t.violated("the parameter `try` at each try", second.opened());
  if (std::atoi(after->c_str()) <= std::atoi(before->c_str())) {
    t.violated("parameters that were asked for again: more than try=" + *before, "try=" + *after);
  }
  t.expect_same("beside it user=", "Ada", second.parameter("user").value_or(""));
}

CLIENT_RULE("C-31", must, 'H',
            "tells the user of a 403 at the handshake, and goes on trying, with pauses",
            "socket.js onConnError") {
  t.door(Door::forbidden);
  t.dial_plainly();
  t.until([&t] { return t.tries() > 0; }, "the client to connect");
  t.until([&t] { return t.count(R"({"on":"error"})") + t.count(R"({"on":"closed"})") > 0; },
          "a report {\"on\":\"error\"} or {\"on\":\"closed\"} of the refusal");
  t.until([&t] { return t.tries() > 1; }, "another try after a 403",
          t.time("reconnect_ms", Millis{0}));
  const std::size_t before = t.tries();
  t.wait(Millis{1'000});
  const std::size_t within = t.tries() - before;
  if (within > max_tries_a_second) {
    t.violated("at most 20 tries in a second", fmt::format("{} tries", within));
  }
}

CLIENT_RULE(
    "C-33", should, 'H',
    "offers an auth token as the sub-protocol base64url.bearer.phx.… beside phoenix, and not "
    "in the query",
    "socket.js transportConnect") {
  t.need("token");
  t.dial(R"("token":"secret?>token")");
  Guest& guest = t.knock();
  const std::string offered = guest.request()->header("sec-websocket-protocol").value_or("");
  if (guest.request()->target.find("secret") != std::string::npos) {
    t.violated("no token in the query", guest.request()->target);
  }
  // RFC 4648, 5; the framework takes it with padding and without.
  constexpr std::string_view mark = "base64url.bearer.phx.";
  const auto at = offered.find(mark);
  if (offered.find("phoenix") == offered.npos || at == offered.npos) {
    t.violated("the sub-protocols phoenix and base64url.bearer.phx.…",
               offered.empty() ? "none" : offered);
  }
  std::string token = offered.substr(at + mark.size());
  token = token.substr(0, token.find_first_of(", "));
  std::string plain;
  if (token.find_first_of("+/") != token.npos || !from_base64(token, plain) ||
      plain != "secret?>token") {
    t.violated("the token as base64url: c2VjcmV0Pz50b2tlbg", token);
  }
  guest.upgrade();
  t.expect(R"({"on":"open"})");
}

}  // namespace
}  // namespace phx::conformance
