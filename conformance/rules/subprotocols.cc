/// H: what a client offers in Sec-WebSocket-Protocol: sub-protocols, and the auth token.

#include <fmt/format.h>

#include "conformance/suite/trial.h"
#include "conformance/suite/violation.h"

namespace phx::conformance {
namespace {

constexpr const char* bearer = "base64url.bearer.phx.c2VjcmV0LXRva2Vu";  // of "secret-token"

Opening offering(const char* mount, const std::string& protocols) {
  return {.mount = mount, .headers = {{"Sec-WebSocket-Protocol", protocols}}};
}

/// The upgrade is accepted, and this protocol chosen; none if it is empty.
void expect_chosen(Trial& t, const Opening& opening, const std::string& protocol) {
  const Response response = t.expect_status(t.upgrade(opening), 101);
  const std::string chosen = response.header("sec-websocket-protocol").value_or("");
  if (chosen != protocol) {
    throw Violation(fmt::format("the sub-protocol \"{}\"", protocol), "\"" + chosen + "\"");
  }
}

/// What `connect` was given as auth token, as JSON.
void expect_auth_token(Trial& t, const Opening& opening, const std::string& token) {
  Client& client = t.join(opening);
  client.send(R"(["1","2","{topic}","connect_info",{}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{
      "peer":{any},"user_agent":{any},"x_headers":{any},"trace_context_headers":{any},
      "uri":{any},"params":{any},"auth_token":)" +
                token + "}}]");
}

RULE("H-17", must, contract, "the auth token in the sub-protocol reaches connect",
     "Transports.WebSocket.maybe_auth_token_from_header") {
  const Opening with_token = offering("/auth", fmt::format("phoenix, {}", bearer));
  if (t.release() < reads_auth_tokens) {
    const Response response = t.ask(t.upgrade(with_token));
    const std::string chosen = response.header("sec-websocket-protocol").value_or("");
    if (chosen.empty()) throw Skipped("there is no such token before 1.8.0");
    throw Violation("no sub-protocol, since there is no auth token before 1.8.0", chosen);
  }
  expect_chosen(t, with_token, "phoenix");
  expect_auth_token(t, with_token, R"("secret-token")");
  expect_auth_token(t, {.mount = "/auth"}, "null");
  expect_auth_token(t, offering("/auth", bearer), R"("secret-token")");
}

RULE("H-18", should, contract,
     "where sub-protocols are configured, an offer that names none of them is refused with 403",
     "Transports.WebSocket.check_subprotocols") {
  t.expect_status(t.upgrade(offering("/subproto", "unknown")), 403);
  t.expect_status(t.upgrade(offering("/subproto", "unknown, phoenix2")), 403);
  expect_chosen(t, offering("/subproto", "unknown, other"), "other");
  expect_chosen(t, offering("/subproto", "unknown, other, phoenix"), "phoenix");
  expect_chosen(t, {.mount = "/subproto"}, "");
}

}  // namespace
}  // namespace phx::conformance
