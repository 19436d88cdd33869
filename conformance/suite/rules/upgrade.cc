/// H: the websocket request, in the forms that clients and proxies write.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/connect_info.h"

namespace phx::conformance {
namespace {

/// The same request with another value for this header, or with none.
Request changed(const Request& request, const char* name, const std::string& value) {
  return request.without(name).with(name, value);
}

/// The same with another path; the query stays.
Request on_path(Request request, const std::string& path) {
  const std::size_t query = std::min(request.target.find('?'), request.target.size());
  request.target.replace(0, query, path);
  return request;
}

std::string replaced_last(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.rfind(from), from.size(), to);
}

std::string path_of(const Request& request) {
  return request.target.substr(0, request.target.find('?'));
}

/// Accepted, and it is a websocket.
void expect_websocket(Trial& t, const Request& request) {
  Connection& connection = t.dial(request.target);
  const auto response = connection.ask(request, t.deadline());
  if (!response || response->status != 101) {
    throw Violation("HTTP 101", response ? fmt::format("HTTP {}", response->status) : "no answer",
                    t.name_of(connection));
  }
  t.adopt(connection).expect_silence();
}

RULE("H-26", must, core, "Connection and Upgrade may be lists, in any case",
     "WebSockAdapter.UpgradeValidation (assert_header_contains)") {
  const Request request = t.upgrade();
  for (const char* connection : {"keep-alive, Upgrade", "Upgrade, keep-alive", "upgrade", "UPGRADE",
                                 "keep-alive,Upgrade", "keep-alive ,  Upgrade"}) {
    expect_websocket(t, changed(request, "Connection", connection));
  }
  for (const char* upgrade : {"h2c, websocket", "WebSocket", "WEBSOCKET"}) {
    expect_websocket(t, changed(request, "Upgrade", upgrade));
  }
  expect_websocket(t, changed(request, "Connection", "keep-alive").with("Connection", "Upgrade"));
  Request lower = request;
  for (auto& [name, value] : lower.headers) {
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
  }
  expect_websocket(t, lower);
}

RULE("H-27", should, core, "an incomplete websocket request is refused with 400",
     "WebSockAdapter.UpgradeValidation") {
  const Request request = t.upgrade();
  Request old = request;
  old.version = "HTTP/1.0";
  for (const Request& wrong :
       {changed(request, "Connection", "keep-alive"), request.without("Connection"),
        changed(request, "Upgrade", "h2c"), request.without("Upgrade"),
        changed(request, "Sec-WebSocket-Version", "8"),
        changed(request, "Sec-WebSocket-Version", "13, 8"),
        request.without("Sec-WebSocket-Version"), request.without("Sec-WebSocket-Key"), old}) {
    t.expect_status(wrong, t.release() < answers_bad_upgrades ? 500 : 400);
  }
  t.expect_status(request.without("Host"), 400);
  // Requests that a proxy in front may read differently.
  t.expect_status(request.with("X-Folded", "one\r\n two"), 400);
  t.expect_status(request.with("Content-Length", "0").with("Content-Length", "0"), 400);
  t.expect_server_goes_on();
}

RULE("H-28", must, core, "the answer has Upgrade, with the protocol",
     "cowboy_websocket.websocket_handshake; RFC 6455, 4.2.2") {
  const Response response = t.expect_status(t.upgrade(), 101);
  for (const auto& [name, wanted] :
       {std::pair("connection", "upgrade"), {"upgrade", "websocket"}}) {
    std::string value = response.header(name).value_or("(absent)");
    std::transform(value.begin(), value.end(), value.begin(), ::tolower);
    if (value != wanted) {
      throw Violation(fmt::format("{}: {}", name, wanted), fmt::format("{}: {}", name, value));
    }
  }
  for (const char* uninvited : {"sec-websocket-protocol", "sec-websocket-extensions"}) {
    if (const auto value = response.header(uninvited)) {
      throw Violation(fmt::format("no {}", uninvited), fmt::format("{}: {}", uninvited, *value));
    }
  }
}

RULE("H-29", must, core, "a request that arrives in pieces is joined", "RFC 9112") {
  constexpr Millis apart{1};
  const std::string whole = t.upgrade().text();
  for (const std::size_t size : {std::size_t{3}, std::size_t{16}, whole.size() - 1}) {
    Connection& connection = t.dial(fmt::format("an upgrade, {} bytes at a time", size));
    for (std::size_t at = 0; at + size < whole.size(); at += size) {
      connection.send_bytes(whole.substr(at, size), "a piece");
      t.wait(apart);
    }
    const std::size_t sent = (whole.size() - 1) / size * size;
    connection.send_bytes(whole.substr(sent), "the rest");
    const auto response = connection.response(t.deadline());
    if (!response || response->status != 101) throw Violation("HTTP 101", "no upgrade");
    t.adopt(connection).expect_silence();
  }
}

RULE("H-30", must, core, "doubled or trailing slashes in the path are ignored",
     "Plug.Conn path_info") {
  const Request request = t.upgrade();
  const std::string path = path_of(request);
  expect_websocket(t, on_path(request, path + "/"));
  expect_websocket(t, on_path(request, "/" + path));
  expect_websocket(t, on_path(request, replaced_last(path, "/", "//")));
  if (!t.has_longpoll()) return;
  const Request poll = t.longpoll();
  const std::string polled = path_of(poll);
  for (const std::string& other :
       {polled + "/", "/" + polled, replaced_last(polled, "/", "//"), polled + "//"}) {
    t.expect_json(on_path(poll, other), R"({"status":410,"token":{any},"messages":[]})");
  }
}

RULE("H-43", should, core, "every letter and escape of the path counts", "Plug.Conn path_info") {
  const Request request = t.upgrade();
  const std::string path = path_of(request);
  std::string upper = path;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  for (const std::string& other : {upper, replaced_last(path, "websocket", "web%73ocket"),
                                   path + "x", path + "/extra", path.substr(0, path.size() - 1)}) {
    t.expect_status(on_path(request, other), 404);
  }
}

RULE("H-31", must, contract, "of a duplicate parameter the last counts, and brackets nest",
     "Plug.Conn.Query") {
  expect_connect_params(t, {.query = "a=1&a=2"}, R"("a":"2")");
  expect_connect_params(t, {.query = "a[b]=c&l[]=x&l[]=y"}, R"("a":{"b":"c"},"l":["x","y"])");
  // As phoenix.js and URLSearchParams write them.
  expect_connect_params(t, {.query = "user%5Bid%5D=7&user%5Bname%5D=ann&tags%5B%5D=a&deep[a][b]=c"},
                        R"("user":{"id":"7","name":"ann"},"tags":["a"],"deep":{"a":{"b":"c"}})");
  expect_connect_params(
      t, {.query = "flag&&e=&eq=a=b&bad=%zz&q=?&semi=1;b=2&na%5Fme=x"},
      R"("flag":"","e":"","eq":"a=b","bad":"%zz","q":"?","semi":"1;b=2","na_me":"x")");
  expect_connect_params(t, {.query = "a[b]=1&a[c]=2&a[b]=3"}, R"("a":{"b":"3","c":"2"})");
  expect_connect_params(t, {.query = "a=1&a[b]=2&c[d]=3&c=4&l[]=5&l[m]=6"},
                        R"("a":{"b":"2"},"c":"4","l":{"m":"6"})");
  expect_connect_params(t, {.query = "a+b=1&[k]=v&c[d=2&e]=3&f[g]h=4&i%3Dj=5&m[n][o][p]=6"},
                        R"("a b":"1","[k]":"v","c[d":"2","e]":"3","f[g]h":"4","i=j":"5",
                           "m":{"n":{"o":{"p":"6"}}})");
  expect_connect_params(t, {.query = "=x&q[r]s]=7"}, R"("":"x","q":{"r]s":"7"})");
  Client& client = t.join({.query = "a%00b=c%00d"});
  client.send(R"(["1","2","{topic}","connect_info",{}])");
  const std::string reply = client.take("connect's parameters").payload;
  const std::string wanted = R"("a\u0000b":"c\u0000d")";
  if (reply.find(wanted) == std::string::npos) throw Violation(wanted, reply);
}

RULE("H-32", should, contract, "a query that is not UTF-8 is refused with 400",
     "Plug.Conn.InvalidQueryError") {
  t.expect_status(t.upgrade({.query = "a=%ff"}), 400);
  t.expect_status(t.upgrade({.query = "%c3%28=a"}), 400);
  t.expect_status(t.upgrade({.query = "a[%ff]=1&a[]=2"}), 400);
  t.expect_server_goes_on();
}

RULE("H-33", should, contract, "a path segment reaches connect as it was sent, still encoded",
     "Endpoint.socket_paths") {
  expect_connect_params(t, {.mount = "/tenant/ac%20me+x/socket"}, R"("tenant":"ac%20me+x")");
  t.expect_status(t.upgrade({.mount = "/tenant//socket"}), 404);
  t.expect_status(t.upgrade({.mount = "/tenant/a/b/socket"}), 404);
}

RULE("H-37", must, contract, "a foreign page does not reach connect",
     "Transports.WebSocket.call (check_origin, check_subprotocols, then connect)") {
  const Opening raising{.query = "token=raise"};  // so that it would be noticed
  t.expect_status(t.upgrade(raising).with("Origin", "http://evil.example.com"), 403);
  t.expect_status(t.upgrade({.mount = "/subproto", .query = "token=raise"})
                      .with("Sec-WebSocket-Protocol", "unknown"),
                  403);
  if (!t.has_longpoll()) return;
  t.expect_json(t.longpoll(raising).with("Origin", "http://evil.example.com"), R"({"status":403})");
}

RULE("H-41", should, contract,
     "for parts that a client does not send, connect gets null, or nothing",
     "Socket.Transport.connect_info") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","connect_info",{}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{
      "peer":{any},"uri":{any},"params":{any},"auth_token":null,"user_agent":null,
      "x_headers":[],"trace_context_headers":[]}}])");
}

RULE("H-44", must, core, "of a target that is a whole URI the path counts",
     "RFC 9112, 3.2.2 (absolute-form)") {
  const Request request = t.upgrade();
  for (const std::string& origin : {t.origin(), replaced_last(t.origin(), "http", "HTTP")}) {
    Request whole = request;
    whole.target = origin + request.target;
    expect_websocket(t, whole);
  }
  if (!t.core_only()) {  // without the contract the page at the root is unknown
    for (const char* rest : {"", "?x=1", "/?x=1"}) {
      Request root = request;
      root.target = t.origin() + rest;
      t.expect_status(root, 404);
    }
  }
  if (!t.has_longpoll()) return;
  Request poll = t.longpoll();
  poll.target = t.origin() + poll.target;
  t.expect_json(poll, R"({"status":410,"token":{any},"messages":[]})");
}

// Cowboy 2.14 ignores it, and 2.18 refuses it.
RULE("H-46", should, core,
     "a target's fragment is ignored or refused, and is never part of the query",
     "cowboy_http.parse_uri; Bandit (URI.parse)") {
  Request request = t.upgrade();
  request.target += "#fragment";
  Connection& connection = t.dial(request.target);
  const auto response = connection.ask(request, t.deadline());
  if (!response || (response->status != 101 && response->status != 400)) {
    throw Violation("HTTP 101 or 400",
                    response ? fmt::format("HTTP {}", response->status) : "no answer",
                    t.name_of(connection));
  }
}

RULE("H-45", must, core, "Host may name the server in any form that a URI has",
     "RFC 9110, 7.2 (cow_http_hd:parse_host)") {
  const Request request = t.upgrade();
  for (const char* host : {"localhost", "my-host.example:80", "a_b.UPPER.example", "127.0.0.1",
                           "[::1]", "[::1]:4000", "xn--e1afmkfd.example:65535"}) {
    expect_websocket(t, changed(request, "Host", host));
  }
}

RULE("H-42", must, core, "a request as large as a browser's is accepted",
     "the HTTP server's limits") {
  Request request = t.upgrade({.query = "long=" + std::string(2'000, 'x')})
                        .with("Cookie", "a=" + std::string(3'500, 'c'))
                        .with("User-Agent", std::string(300, 'u'));
  for (int i = 0; i < 36; ++i) request = request.with(fmt::format("Sec-Fetch-{}", i), "value");
  expect_websocket(t, request);
}

}  // namespace
}  // namespace phx::conformance
