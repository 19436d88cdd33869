/// H: Sec-WebSocket-Protocol: sub-protocols, and the auth token.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/connect_info.h"

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

RULE("H-17", must, contract, "the auth token in the sub-protocol reaches connect",
     "Transports.WebSocket.maybe_auth_token_from_header") {
  const Opening with_token = offering("/auth", fmt::format("phoenix, {}", bearer));
  if (t.release() < reads_auth_tokens) {
    const Response response = t.ask(t.upgrade(with_token));
    const std::string chosen = response.header("sec-websocket-protocol").value_or("");
    if (chosen.empty()) throw Skipped("auth tokens came with 1.8.0");
    throw Violation("no sub-protocol, because auth tokens came with 1.8.0", chosen);
  }
  expect_chosen(t, with_token, "phoenix");
  expect_auth_token(t, with_token, R"("secret-token")");
  expect_auth_token(t, {.mount = "/auth"}, "null");
  expect_auth_token(t, offering("/auth", bearer), R"("secret-token")");
  // With two it is unclear which is meant.
  expect_auth_token(t, offering("/auth", fmt::format("phoenix, {0}, {0}", bearer)), "null");
}

RULE("H-18", must, contract,
     "if sub-protocols are configured, an offer that names none of them is refused with 403",
     "Transports.WebSocket.check_subprotocols") {
  t.expect_status(t.upgrade(offering("/subproto", "unknown")), 403);
  t.expect_status(t.upgrade(offering("/subproto", "unknown, phoenix2")), 403);
  expect_chosen(t, offering("/subproto", "unknown, other"), "other");
  expect_chosen(t, offering("/subproto", "unknown, other, phoenix"), "phoenix");
  expect_chosen(t, {.mount = "/subproto"}, "");
}

RULE("H-34", must, contract, "if no sub-protocols are configured, an offer is ignored",
     "Transports.WebSocket.check_subprotocols (nil)") {
  for (const char* offer : {"foo", "phoenix", "foo, bar"}) {
    expect_chosen(t, offering("/socket", offer), "");
  }
}

RULE("H-35", must, contract, "an auth token is decoded whatever its length and its characters",
     "Transports.WebSocket.maybe_auth_token_from_header (Base.decode64!, padding: false)") {
  if (t.release() < reads_auth_tokens) throw Skipped("auth tokens came with 1.8.0");
  // Without padding, as phoenix.js writes it; of the two alphabets it is the one with `+`.
  for (const auto& [encoded, token] : {std::pair("YQ", R"("a")"),
                                       {"YWI", R"("ab")"},
                                       {"YWJj", R"("abc")"},
                                       {"YWJ+", R"("ab~")"},
                                       {"w6kg8J+YgA", R"("é 😀")"}}) {
    const std::string offer = fmt::format("phoenix, base64url.bearer.phx.{}", encoded);
    expect_auth_token(t, offering("/auth", offer), token);
  }
}

RULE("H-36", should, contract,
     "an auth token that is not base64 is answered 500, and opens nothing",
     "Transports.WebSocket.maybe_auth_token_from_header (Base.decode64!)") {
  if (t.release() < reads_auth_tokens) throw Skipped("auth tokens came with 1.8.0");
  for (const char* encoded : {"Y", "YQ*", "YW=J", "YW Jj"}) {
    const std::string offer = fmt::format("phoenix, base64url.bearer.phx.{}", encoded);
    t.expect_status(t.upgrade(offering("/auth", offer)), 500);
  }
  t.expect_server_goes_on();
}

}  // namespace
}  // namespace phx::conformance
