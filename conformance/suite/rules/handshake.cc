/// H: from an HTTP request to a websocket, or to a refusal.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/connect_info.h"
#include "conformance/suite/wire/address.h"

namespace phx::conformance {
namespace {

constexpr const char* foreign_origin = "http://evil.example.com";

Request with_origin(const Trial& t, const std::string& origin, const Opening& opening = {}) {
  return t.upgrade(opening).with("Origin", origin);
}

Request plain_get(const Trial& t, const Opening& opening = {}) {
  return t.upgrade(opening)
      .without("Connection")
      .without("Upgrade")
      .without("Sec-WebSocket-Version")
      .without("Sec-WebSocket-Key");
}

/// `told` is the client's address; a server that listens on `::` has mapped it into IPv6.
void expect_peer(const std::string& told, const std::string& own) {
  if (!same_address(told, own)) throw Violation("the peer " + own, "the peer " + told);
}

RULE("H-01", must, core, "an upgrade is answered 101 with the right sec-websocket-accept",
     "Transports.WebSocket.call") {
  for (const std::string key : {"dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEA=="}) {
    const Request request = t.upgrade().without("Sec-WebSocket-Key").with("Sec-WebSocket-Key", key);
    const Response response = t.expect_status(request, 101);
    const std::string accept = response.header("sec-websocket-accept").value_or("(absent)");
    if (accept != accept_key(key)) {
      throw Violation("sec-websocket-accept: " + accept_key(key), accept);
    }
  }
  t.connect().expect_silence();
}

RULE("H-02", must, core, "without vsn the connection speaks V1",
     "Phoenix.Socket.__connect__ (vsn defaults to 1.0.0)") {
  Client& client = t.connect({.vsn = std::nullopt});
  client.send(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})");
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{any},"ref":"1"})");
}

RULE("H-03", must, core, "vsn=1.0.0 speaks V1, vsn=2.0.0 speaks V2",
     "Phoenix.Socket.negotiate_serializer") {
  Client& v1 = t.connect({.vsn = "1.0.0"});
  v1.send(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})");
  v1.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{any},"ref":"1"})");
  Client& v2 = t.connect({.vsn = "2.0.0"});
  v2.send(R"([null,"1","phoenix","heartbeat",{}])");
  v2.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
}

RULE("H-04", must, core, "a version that no serializer supports is refused with 403",
     "Phoenix.Socket.negotiate_serializer → :error") {
  t.expect_answer(t.upgrade({.vsn = "3.0.0"}), 403, "");
  t.expect_answer(t.upgrade({.vsn = "0.9.0"}), 403, "");
}

RULE("H-05", must, core, "the requirements are ~> 1.0.0 and ~> 2.0.0", "Version.match?") {
  for (const char* taken : {"2.0.9", "1.0.9", "2.0.0%2Bbuild"}) {
    t.connect({.vsn = taken}).expect_silence();
  }
  for (const char* refused : {"2.1.0", "1.1.0", "2.0.0-rc.1"}) {
    t.expect_status(t.upgrade({.vsn = refused}), 403);
  }
}

RULE("H-06", must, core, "a vsn that is not a version is refused with 403", "Version.parse") {
  for (const char* vsn : {"abc", "2", "2.0", "", "2.0.0.0", "v2.0.0", "02.0.0", "2.0.00", "2.0.x",
                          "2..0", "2.0.0-", "%202.0.0", "2.0.0%20", "-2.0.0"}) {
    t.expect_status(t.upgrade({.vsn = vsn}), 403);
  }
}

RULE("H-07", must, contract, "a connect that refuses without a reason is 403 with an empty body",
     "Transports.WebSocket.call") {
  t.expect_answer(t.upgrade({.query = "token=reject"}), 403, "");
}

RULE("H-08", must, contract, "a connect that refuses with a reason runs the error handler",
     "Transports.WebSocket.call (error_handler)") {
  t.expect_answer(t.upgrade({.query = "token=expired"}), 401, "expired");
  t.expect_answer(t.upgrade({.query = "token=banned"}), 403, "");
}

RULE("H-09", must, core, "a foreign Origin is refused with 403; a request without one is accepted",
     "Socket.Transport.check_origin") {
  t.expect_status(with_origin(t, foreign_origin), 403);
  t.expect_status(t.upgrade(), 101);
}

RULE("H-10", must, contract, "an allowed Origin is accepted with any port",
     "Socket.Transport.origin_allowed?") {
  for (const char* origin : {"http://localhost", "http://localhost:4000", "http://localhost:9"}) {
    t.expect_status(with_origin(t, origin), 101);
  }
}

RULE("H-11", must, core,
     "a GET that is not a complete handshake is refused with a 4xx, and the server goes on",
     "WebSockAdapter.UpgradeError") {
  const Request whole = t.upgrade();
  for (const Request& request :
       {plain_get(t), whole.without("Connection"), whole.without("Upgrade"),
        whole.without("Sec-WebSocket-Key"), whole.without("Sec-WebSocket-Version"),
        whole.without("Sec-WebSocket-Version").with("Sec-WebSocket-Version", "8"),
        whole.without("Sec-WebSocket-Version").with("Sec-WebSocket-Version", "13, 8")}) {
    if (t.release() < answers_bad_upgrades) {
      t.expect_status(request, 500);  // the adapter's exception, which nothing rescued
    } else if (const int status = t.ask(request).status; status < 400 || status > 499) {
      throw Violation("HTTP 4xx", fmt::format("HTTP {}", status));
    }
  }
  t.expect_server_goes_on();
}

RULE("H-12", should, core, "any other method on the websocket path is 400",
     "Transports.WebSocket.call") {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"}) {
    t.expect_status(t.upgrade().by(method), 400);
  }
}

RULE("H-13", must, core, "a path without a socket is 404", "Phoenix.Endpoint dispatch") {
  t.expect_status(t.upgrade({.mount = "/no-such-mount"}), 404);
  Request deeper = t.upgrade();
  const auto query = deeper.target.find('?');
  deeper.target.insert(query, "/extra");
  t.expect_status(deeper, 404);
  if (t.core_only()) return;  // without the contract a server's other paths are unknown
  for (const char* path : {"/", "//", "/socket", "/socket/", "/socket/other", "/websocket",
                           "/socket/./websocket", "/socket/websocket;x"}) {
    Request elsewhere = t.upgrade();
    elsewhere.target.replace(0, elsewhere.target.find('?'), path);
    t.expect_status(elsewhere, 404);
  }
}

RULE("H-14", must, contract, "query parameters reach connect", "Plug.Conn.fetch_query_params") {
  expect_connect_params(t, {.query = "user_id=u1&flag"}, R"("user_id":"u1","flag":"")");
  Client& client = t.join({.query = "user_id=u1"});
  client.send(R"(["1","2","{topic}","assigns",{}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok",
                    "response":{"user_id":"u1","topic":"{topic}","join_ref":"1"}}])");
}

RULE("H-15", must, contract, "percent-encoded and + parameters are decoded",
     "Plug.Conn.fetch_query_params") {
  expect_connect_params(t, {.query = "a=x+y%20z%2B%26%3D&%C3%A9=%F0%9F%98%80&b=%c3%a9%2f"},
                        R"("a":"x y z+&=","é":"😀","b":"é/")");
}

RULE("H-16", must, contract, "a path segment of the mount reaches connect as a parameter",
     "Endpoint.socket_paths") {
  expect_connect_params(t, {.mount = "/tenant/acme/socket"}, R"("tenant":"acme")");
  expect_connect_params(t, {.mount = "/tenant/acme/socket", .query = "tenant=fromquery"},
                        R"("tenant":"acme")");
}

RULE("H-19", must, contract,
     "connect_info carries peer, user agent, uri, the x- headers and the trace context",
     "Socket.Transport.connect_info") {
  const Opening opening{
      .query = "user_id=ci",
      .headers = {{"User-Agent", "probe/1.0"},
                  {"X-Custom", "a"},
                  {"Xylo", "no"},
                  {"X-Forwarded-For", "10.0.0.1"},
                  {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                  {"traceparents", "no"},
                  {"tracestate", "congo=t61rcWkgMzE"}}};
  Client& client = t.join(opening);
  client.send(R"(["1","2","{topic}","connect_info",{}])");
  const Json reply =
      client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{
      "auth_token":null,"peer":{any},"user_agent":"probe/1.0",
      "x_headers":[["x-custom","a"],["x-forwarded-for","10.0.0.1"]],
      "trace_context_headers":[
        ["traceparent","00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
        ["tracestate","congo=t61rcWkgMzE"]],
      "uri":")" + (t.origin() + t.upgrade(opening).target) +
                    R"(","params":)" + t.connect_params(R"("user_id":"ci")") + "}}]");
  expect_peer(reply[4]["response"]["peer"].text(), client.connection().local_address());
  // A repeated header is joined, or listed twice: HTTP servers differ.
  Client& twice = t.join({.headers = {{"X-Twice", "1"}, {"X-Twice", "2"}}});
  twice.send(R"(["1","2","{topic}","connect_info",{}])");
  const Json both = twice.expect(R"(["1","2","{topic}","phx_reply",{any}])");
  const std::string listed = both[4]["response"]["x_headers"].dump();
  if (listed != R"([["x-twice","1, 2"]])" && listed != R"([["x-twice","1"],["x-twice","2"]])") {
    throw Violation("both of two x-twice headers", listed);
  }
}

RULE("H-20", should, contract,
     "checks come in the order method, origin, sub-protocol, connect, upgrade headers",
     "Transports.WebSocket.call") {
  const Opening refused{.query = "token=expired"};
  t.expect_status(with_origin(t, foreign_origin, refused).by("POST"), 400);
  t.expect_status(with_origin(t, foreign_origin, refused), 403);
  const Request no_common_protocol = t.upgrade({.mount = "/subproto", .query = "token=expired"})
                                         .with("Sec-WebSocket-Protocol", "unknown");
  t.expect_status(no_common_protocol, 403);
  t.expect_answer(plain_get(t, refused), 401, "expired");
  if (t.release() < answers_bad_upgrades) {
    t.expect_status(plain_get(t), 500);
    return;
  }
  const Response sentence = t.expect_status(plain_get(t), 400);
  if (sentence.body.empty()) throw Violation("a sentence that says what is wrong", "no body");
  if (sentence.body.find("'connection'") == std::string::npos) {  // the first that is required
    throw Violation("a sentence about 'connection'", sentence.body);
  }
}

RULE("H-21", must, contract, "a connect that raises is 500, and the server goes on",
     "Plug's rescue") {
  t.expect_status(t.upgrade({.query = "token=raise"}), 500);
  t.expect_server_goes_on();
}

RULE("H-22", must, core, "a frame in the same segment as the upgrade request is answered",
     "RFC 6455, 4.1") {
  for (int i = 0; i < 10; ++i) {  // more than once, for a server that answers only sometimes
    Connection& connection = t.dial();
    const Frame early{.payload = R"([null,"e","phoenix","heartbeat",{}])"};
    const auto response = connection.ask(t.upgrade(), t.deadline(), {early});
    if (!response || response->status != 101) throw Violation("HTTP 101", "no upgrade");
    Client& client = t.adopt(connection);
    client.expect(R"([{any},"e","phoenix","phx_reply",{any}])");
    client.expect_silence();
  }
}

RULE("H-23", must, core, "the origin's host is compared whole: a similar one is foreign",
     "Socket.Transport.origin_allowed?") {
  for (const char* foreign : {"null", "", "::::", "http://sub.evil.example.com:4000"}) {
    t.expect_status(with_origin(t, foreign), 403);
  }
  if (t.core_only()) return;  // without the contract it is unknown what a server allows
  for (const char* allowed :
       {"https://localhost", "https://localhost:9", "//localhost", "http://localhost/path",
        "http://localhost?x", "http://localhost#x", "ws://localhost", "other://localhost",
        "http://user:word@localhost:80", "http://localhost:"}) {
    t.expect_status(with_origin(t, allowed), 101);
  }
  for (const char* foreign : {"localhost",
                              "http://localhost.evil.com",
                              "http://evillocalhost",
                              "http://localhos",
                              "http://localhost2",
                              "http://evil.com/localhost",
                              "http://evil.com?localhost",
                              "http://evil.com#localhost",
                              "http://localhost@evil.com",
                              "http://localhost:80@evil.com",
                              "http://evil.com:localhost",
                              "http://127.0.0.1",
                              "http://",
                              "http://sub.localhost",
                              "http:localhost",
                              "http:///localhost",
                              "localhost:80",
                              "http://local%68ost",
                              "http://localhost,http://evil.com",
                              "http://evil.com, http://localhost",
                              "http://localhost\\@evil.com"}) {
    t.expect_status(with_origin(t, foreign), 403);
  }
}

RULE("H-25", should, contract, "the letter case of the origin's host counts",
     "Socket.Transport.origin_allowed?") {
  for (const char* foreign : {"HTTP://LOCALHOST", "http://Localhost", "http://localhost."}) {
    t.expect_status(with_origin(t, foreign), 403);
  }
}

}  // namespace
}  // namespace phx::conformance
