/// Every refusal, from the request to the answer and the log's line.
///
/// Statuses, headers and bodies are those of Phoenix 1.8.12 (traces: http-*, lp-*). The lines are
/// ours; if Phoenix writes one, it has the same level.

#include "endpoint/endpoint.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

struct Users : UserSocket {
  ConnectResult connect(Connect connect, Socket&) const override {
    const std::string token = connect.params["token"].string_or("");
    if (token == "reject") return Rejected{};
    if (token == "expired") return Rejected{token};
    if (token == "raise") throw std::runtime_error("boom");
    return Accepted{};
  }
};

struct Fixture {
  std::vector<std::string> lines;
  TestShard shard{{}, Log::to(Level::debug, [this](Level level, const std::string& line) {
                    // The request's id follows it, which differs each time.
                    lines.push_back(std::string(name_of(level)) + ": " +
                                    line.substr(0, line.find(" request_id=")));
                  })};
  Endpoint endpoint{EndpointOptions{.url_host = "localhost"}};
  http::Request request{"GET", "/socket/websocket?vsn=2.0.0"};

  Fixture() {
    Mount mount{"/socket", std::make_shared<Users>()};
    mount.longpoll = LongpollOptions{};
    mount.error_handler = [](const std::string& reason) { return http::Response{401, reason}; };
    endpoint.socket(mount);
    mount.path = "/auth";
    mount.auth_token = true;
    mount.websocket->subprotocols = {"other"};
    endpoint.socket(mount);
    request.headers = {{"host", "localhost:4000"},
                       {"connection", "Upgrade"},
                       {"upgrade", "websocket"},
                       {"sec-websocket-version", "13"},
                       {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    request.peer = "127.0.0.1";
  }
  void set(const std::string& name, const std::string& value) {
    std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
    request.headers.emplace_back(name, value);
  }
  void drop(const std::string& name) {
    std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  }
};

/// `403 {"status":403}`, with the headers that a client uses in between.
std::string shown(const http::Response& response) {
  std::string text = std::to_string(response.status);
  for (const auto& [name, value] : response.headers) text += " " + name + "=" + value;
  return text + (response.body.empty() ? "" : " " + response.body);
}

struct Case {
  const char* name;
  void (*change)(Fixture& f);
  std::string answer;
  std::string line;  ///< Nothing means no line.
};

void holds(const Case& refusal) {
  Fixture f;
  refusal.change(f);
  const auto outcome = f.endpoint.dispatch(f.request, f.shard.context());
  const auto* response = std::get_if<http::Response>(&outcome);
  expect(response != nullptr, std::string(refusal.name) + " is refused");
  expect_eq(refusal.name + (": " + shown(*response)), refusal.name + (": " + refusal.answer));
  const std::vector<std::string> expected =
      refusal.line.empty() ? std::vector<std::string>{} : std::vector{refusal.line};
  expect_eq(f.lines, expected);
}

const std::string rendered_400 =
    R"(400 content-type=application/json; charset=utf-8 {"errors":{"detail":"Bad Request"}})";
const std::string rendered_500 = R"(500 content-type=application/json; charset=utf-8 )"
                                 R"({"errors":{"detail":"Internal Server Error"}})";
const std::string polled_headers =
    "200 access-control-allow-origin=* cache-control=no-store "
    "content-type=application/json; charset=utf-8 ";

/// The end of a line about a refusal; a step of two words is quoted.
std::string at(const char* transport, const std::string& step, int status) {
  const std::string shown = step.find(' ') == std::string::npos ? step : '"' + step + '"';
  return fmt::format(" step={} status={} path=/socket/{} peer=127.0.0.1", shown, status, transport);
}
std::string at_websocket(const std::string& step, int status) {
  return at("websocket", step, status);
}
std::string at_longpoll(const std::string& step, int status) {
  return at("longpoll", step, status);
}

const std::string foreign_page =
    "error: a page from \"http://evil.example\" may not connect; to allow it, add its origin to "
    "the mount's check_origin, or make its host the endpoint's url_host";

}  // namespace

PHX_TEST("a websocket is refused for its method, query or origin before connect is called") {
  for (const char* method : {"POST", "HEAD", "OPTIONS", "DELETE"}) {
    Fixture f;
    f.request.method = method;
    const auto outcome = f.endpoint.dispatch(f.request, f.shard.context());
    expect_eq(shown(std::get<http::Response>(outcome)), std::string("400"));
    expect_eq(f.lines, std::vector<std::string>{"info: a connection was refused" +
                                                at_websocket("method", 400)});
  }
  holds(
      {"a query that is not valid UTF-8", [](Fixture& f) { f.request.target += "&a=%ff"; },
       rendered_400,
       "info: expected a query in UTF-8, got other bytes" + at_websocket("query parameters", 400)});
  holds({"a foreign page", [](Fixture& f) { f.set("origin", "http://evil.example"); }, "403",
         foreign_page + at_websocket("origin", 403)});
}

PHX_TEST("a websocket is refused for its sub-protocols or its auth token") {
  const auto at_auth = [](int status) {
    return " step=sub-protocols status=" + std::to_string(status) +
           " path=/auth/websocket peer=127.0.0.1";
  };
  holds({"no sub-protocol in common",
         [](Fixture& f) {
           f.request.target = "/auth/websocket?vsn=2.0.0";
           f.set("sec-websocket-protocol", "mqtt, wamp");
         },
         "403",
         "error: a client offers the sub-protocols \"mqtt, wamp\", and the mount speaks \"phoenix, "
         "other\"; add one to the mount's subprotocols, or fix the client" +
             at_auth(403)});
  holds({"an empty sub-protocol",
         [](Fixture& f) {
           f.request.target = "/auth/websocket?vsn=2.0.0";
           f.set("sec-websocket-protocol", "");
         },
         "403",
         "error: a client offers the sub-protocols \"\", and the mount speaks \"phoenix, other\"; "
         "add one to the mount's subprotocols, or fix the client" +
             at_auth(403)});
  holds({"an auth token that is not base64",
         [](Fixture& f) {
           f.request.target = "/auth/websocket?vsn=2.0.0";
           f.set("sec-websocket-protocol", "phoenix, base64url.bearer.phx.%%%");
         },
         rendered_500,
         "error: the auth token among the sub-protocols is not base64" + at_auth(500)});
}

PHX_TEST("a websocket is refused for its version, or by connect") {
  holds({"an unknown version", [](Fixture& f) { f.request.target = "/socket/websocket?vsn=3.0.0"; },
         "403",
         "warn: a client asks for version \"3.0.0\" of the wire, and the mount speaks ~> 1.0.0, "
         "~> 2.0.0" +
             at_websocket("connect", 403)});
  holds({"connect without a reason", [](Fixture& f) { f.request.target += "&token=reject"; }, "403",
         "info: connect refused a client" + at_websocket("connect", 403)});
  holds({"connect with a reason", [](Fixture& f) { f.request.target += "&token=expired"; },
         "401 expired", "info: connect refused a client" + at_websocket("connect", 401)});
  holds({"connect that throws", [](Fixture& f) { f.request.target += "&token=raise"; },
         rendered_500, "error: a request failed path=/socket/websocket reason=boom"});
}

PHX_TEST(
    "a refused request that is not an upgrade names what it lacks, after connect has accepted it") {
  const auto at_headers = at_websocket("upgrade headers", 400);
  const std::string line = "info: a connection was refused" + at_headers;
  holds({"HTTP/1.0", [](Fixture& f) { f.request.version = 10; },
         "400 HTTP version HTTP/1.0 unsupported", line});
  holds({"no host", [](Fixture& f) { f.drop("host"); }, "400 'host' header is absent", line});
  holds({"keep-alive", [](Fixture& f) { f.set("connection", "keep-alive"); },
         "400 'connection' header must contain 'upgrade', got [\"keep-alive\"]", line});
  holds({"no upgrade", [](Fixture& f) { f.drop("upgrade"); },
         "400 'upgrade' header must contain 'websocket', got []", line});
  holds({"no key", [](Fixture& f) { f.drop("sec-websocket-key"); },
         "400 'sec-websocket-key' header is absent", line});
  holds({"version 8", [](Fixture& f) { f.set("sec-websocket-version", "8"); },
         "400 sec-websocket-version=13 'sec-websocket-version' header must equal '13', got [\"8\"]",
         line});
}

PHX_TEST(
    "long-poll's refusals are 200 with the status in the body, except for the method and the "
    "query") {
  const auto refused = [](const char* name, void (*change)(Fixture & f), const std::string& answer,
                          const std::string& line) {
    holds({name, change, answer, line});
  };
  const std::string status_403 = polled_headers + R"({"status":403})";
  refused(
      "a foreign page",
      [](Fixture& f) {
        f.request.target = "/socket/longpoll?vsn=2.0.0";
        f.set("origin", "http://evil.example");
      },
      status_403, foreign_page + at_longpoll("origin", 403));
  refused(
      "a foreign page's preflight",
      [](Fixture& f) {
        f.request = {"OPTIONS", "/socket/longpoll"};
        f.request.peer = "127.0.0.1";
        f.set("origin", "http://evil.example");
      },
      status_403, foreign_page + at_longpoll("origin", 403));
  refused(
      "another method",
      [](Fixture& f) {
        f.request.target = "/socket/longpoll";
        f.request.method = "DELETE";
      },
      "400 access-control-allow-origin=*",
      "info: a connection was refused" + at_longpoll("method", 400));
  refused(
      "a query that is not valid UTF-8",
      [](Fixture& f) { f.request.target = "/socket/longpoll?a=%ff"; }, rendered_400,
      "info: expected a query in UTF-8, got other bytes" + at_longpoll("query parameters", 400));
}

PHX_TEST(
    "a long-poll session is refused for its version or by connect, without the error handler") {
  const std::string status_403 = polled_headers + R"({"status":403})";
  holds({"an unknown version", [](Fixture& f) { f.request.target = "/socket/longpoll?vsn=3.0.0"; },
         status_403,
         "warn: a client asks for version \"3.0.0\" of the wire, and the mount speaks ~> 1.0.0, "
         "~> 2.0.0" +
             at_longpoll("connect", 403)});
  holds({"connect without a reason",
         [](Fixture& f) { f.request.target = "/socket/longpoll?token=reject"; }, status_403,
         "info: connect refused a client" + at_longpoll("connect", 403)});
  holds({"connect with a reason",
         [](Fixture& f) { f.request.target = "/socket/longpoll?token=expired"; }, status_403,
         "info: connect refused a client" + at_longpoll("connect", 401)});
  holds({"connect that throws",
         [](Fixture& f) { f.request.target = "/socket/longpoll?token=raise"; }, rendered_500,
         "error: a request failed path=/socket/longpoll reason=boom"});
  holds({"a post without a session",
         [](Fixture& f) {
           f.request.target = "/socket/longpoll";
           f.request.method = "POST";
         },
         polled_headers + R"({"status":410})", ""});
}

PHX_TEST("a path without a handler is 404, without a line in the log") {
  holds({"no mount", [](Fixture& f) { f.request.target = "/nowhere"; }, "404 Not Found", ""});
}

PHX_TEST("a client can neither forge a line nor make it endless") {
  Fixture f;
  f.set("origin", "http://a\nERROR forged" + std::string(10'000, 'x'));
  f.endpoint.dispatch(f.request, f.shard.context());
  expect_eq(f.lines.size(), 1u);
  expect(f.lines[0].find('\n') == std::string::npos, "it is a single line");
  expect(f.lines[0].size() < 700, "and short");
}
