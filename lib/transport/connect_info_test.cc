/// What connect learns about a client, if the mount asks for it.

#include "transport/connect_info.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Fixture {
  TestShard shard;
  Mount mount{"/socket", std::make_shared<UserSocket>()};
  http::Request request{"GET", "/socket/websocket?vsn=2.0.0"};
  Json params = Json::object();

  Fixture() {
    request.headers = {{"host", "localhost:4000"},
                       {"user-agent", "probe/1.0"},
                       {"x-custom", "a"},
                       {"x-custom", "b"},
                       {"x-a", "1"},
                       {"traceparent", "00-0a"},
                       {"tracestate", "congo=t"},
                       {"trace", "no"},
                       {"sec-websocket-version", "13"},
                       {"sec-fetch-mode", "websocket"}};
    request.peer = "127.0.0.1";
    request.peer_port = 40'000;
  }
  ConnectInfo collect() {
    Attempt attempt{request, mount, {}, shard.context()};
    attempt.params = params;
    return connect_info(attempt);
  }
};

using Headers = ConnectInfo::Headers;

}  // namespace

PHX_TEST("a mount that asks for nothing gets nothing") {
  const ConnectInfo info = Fixture{}.collect();
  expect(!info.peer_data && !info.uri && !info.user_agent && !info.session && !info.auth_token,
         "no value is collected");
  expect(info.x_headers.empty() && info.trace_context_headers.empty() &&
             info.sec_websocket_headers.empty(),
         "no header is collected");
}

PHX_TEST("the peer comes with its port, the uri with its scheme") {
  Fixture f;
  f.mount.connect_info = {.peer_data = true, .uri = true};
  const ConnectInfo info = f.collect();
  expect_eq(info.peer_data.value().address, std::string("127.0.0.1"));
  expect_eq(info.peer_data.value().port, 40'000);
  expect_eq(info.uri.value(), std::string("http://localhost:4000/socket/websocket?vsn=2.0.0"));
  f.request.scheme = "https";
  expect_eq(f.collect().uri.value(),
            std::string("https://localhost:4000/socket/websocket?vsn=2.0.0"));
}

PHX_TEST("headers come in the kinds that are asked for, joined and sorted by name") {
  Fixture f;
  f.mount.connect_info = {.user_agent = true,
                          .x_headers = true,
                          .trace_context_headers = true,
                          .sec_websocket_headers = true};
  const ConnectInfo info = f.collect();
  expect_eq(info.user_agent.value(), std::string("probe/1.0"));
  expect(info.x_headers == Headers{{"x-a", "1"}, {"x-custom", "a, b"}}, "the x- headers");
  expect(info.trace_context_headers == Headers{{"traceparent", "00-0a"}, {"tracestate", "congo=t"}},
         "the trace context, and no other header with trace in its name");
  expect(info.sec_websocket_headers == Headers{{"sec-websocket-version", "13"}},
         "the handshake's headers, and no other that begins with sec-");
}

PHX_TEST("a client without a user agent has none") {
  Fixture f;
  f.mount.connect_info.user_agent = true;
  f.request.headers.clear();
  expect(!f.collect().user_agent, "no user agent is made up");
}

PHX_TEST("only a page that knows its CSRF token gets the session, unless the check is off") {
  Fixture f;
  f.mount.connect_info.session = std::make_shared<tokens::SessionCookie>(
      secret, tokens::SessionOptions{.key = "_app_key", .signing_salt = "signing salt"});
  expect(!f.collect().session, "without a cookie there is no session");
  // {"_csrf_token": "Zk3n…"}, made as described in session_test.cc.
  f.request.headers.emplace_back(
      "cookie",
      "_app_key=SFMyNTY.g3QAAAABbQAAAAtfY3NyZl90b2tlbm0AAAAYWmszblE4dEx3MXNWeDliWWNQMmRSN2ZH."
      "CLYTIqjDAAxDIpm-wI3KxI2EgYdjqZzd5M8ZCQvjk_E");
  expect(!f.collect().session, "a page without a CSRF token gets no session");
  f.params =
      Json::object({{"_csrf_token", "NyZSLyJrHwdHAEFlTAxUbltpHzs_egcGmMaAsSkK0123456789-_mMaA"}});
  expect_eq(f.collect().session.value()["_csrf_token"].string_or(""),
            std::string("Zk3nQ8tLw1sVx9bYcP2dR7fG"));
  f.params = Json::object();
  f.mount.connect_info.check_csrf = false;
  expect(f.collect().session.has_value(), "unchecked, the cookie alone is enough");
  f.request.headers.back().second = "_app_key=forged";
  expect_eq(f.collect().session.value().dump(), std::string("{}"));
}
