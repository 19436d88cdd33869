/// Queries, origins, and the pipeline's order.

#include "socket/events.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "transport/pipeline.h"
#include "transport/websocket_process.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

struct Users : UserSocket {
  ConnectResult connect(Connect connect, Socket& socket) const override {
    if (connect.params["token"] == Json("reject")) return Rejected{};
    if (connect.params["token"] == Json("expired")) return Rejected{"expired"};
    if (connect.params["token"] == Json("raise")) throw std::runtime_error("boom");
    socket.assigns["params"] = connect.params;
    socket.assigns["uri"] = connect.info.uri.value_or("none");
    socket.assigns["auth_token"] = connect.info.auth_token.value_or("none");
    for (const auto& [name, value] : connect.info.x_headers) socket.assigns[name] = value;
    return Accepted{};
  }
};

struct Fixture {
  TestShard shard;
  Mount mount{"/socket", std::make_shared<Users>()};
  http::Request request{"GET", "/socket/websocket?vsn=2.0.0"};
  PathParams path_params;

  Fixture() {
    request.headers = {{"host", "localhost:4000"},
                       {"connection", "Upgrade"},
                       {"upgrade", "websocket"},
                       {"sec-websocket-version", "13"},
                       {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    mount.check_origin = Origins::list({"//localhost"});
    mount.connect_info = {.uri = true, .x_headers = true};
    mount.error_handler = [](const std::string& reason) { return http::Response{401, reason}; };
  }
  void set(const std::string& name, const std::string& value) {
    std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
    if (!value.empty()) request.headers.emplace_back(name, value);
  }
  std::variant<Upgrade, http::Response> run() {
    return upgrade({request, mount, path_params, shard.context()});
  }
  http::Response refused() {
    auto outcome = run();
    expect(std::holds_alternative<http::Response>(outcome), "the websocket is refused");
    return std::get<http::Response>(outcome);
  }
  Upgrade accepted() {
    auto outcome = run();
    expect(std::holds_alternative<Upgrade>(outcome), "the websocket is accepted");
    return std::move(std::get<Upgrade>(outcome));
  }
};

}  // namespace

PHX_TEST("a valid request becomes an upgrade with its key, options and parameters") {
  Fixture f;
  f.request.target += "&name=a+b";
  f.path_params = {{"tenant", "ac%20me"}, {"name", "path wins"}};
  f.set("x-one", "1");
  f.request.headers.emplace_back("x-one", "2");
  const Upgrade upgrade = f.accepted();
  expect_eq(upgrade.key, std::string("dGhlIHNhbXBsZSBub25jZQ=="));
  expect_eq(upgrade.timeout.count(), 60'000);
  const Json params = upgrade.socket.assign("params");
  expect_eq(params["tenant"].string_or(""), std::string("ac%20me"));
  expect_eq(params["name"].string_or(""), std::string("path wins"));
  expect_eq(upgrade.socket.assign("x-one").string_or(""), std::string("1, 2"));
  expect_eq(upgrade.socket.assign("uri").string_or(""),
            std::string("http://localhost:4000/socket/websocket?vsn=2.0.0&name=a+b"));
}

PHX_TEST("each check answers before the next one runs") {
  Fixture f;
  f.request.method = "POST";
  f.set("origin", "http://evil");
  f.set("upgrade", "");
  f.request.target = "/socket/websocket?vsn=9.9.9&token=expired";
  expect_eq(f.refused().status, 400);
  f.request.method = "GET";
  expect_eq(f.refused().status, 403);
  f.set("origin", "http://localhost");
  expect_eq(f.refused().status, 403);
  f.request.target = "/socket/websocket?vsn=2.0.0&token=expired";
  expect_eq(f.refused().status, 401);
  expect_eq(f.refused().body, std::string("expired"));
  f.request.target = "/socket/websocket?vsn=2.0.0";
  expect_eq(f.refused().status, 400);
  expect_eq(f.refused().body, std::string("'upgrade' header must contain 'websocket', got []"));
}

PHX_TEST("each missing upgrade header is named") {
  const auto says = [](const char* header, const char* value) {
    Fixture f;
    f.set(header, value);
    return f.refused().body;
  };
  expect_eq(says("connection", "keep-alive"),
            std::string("'connection' header must contain 'upgrade', got [\"keep-alive\"]"));
  expect_eq(says("sec-websocket-version", "8"),
            std::string("'sec-websocket-version' header must equal '13', got [\"8\"]"));
  expect_eq(says("sec-websocket-version", "13, 8"),
            std::string("'sec-websocket-version' header must equal '13', got [\"13, 8\"]"));
  expect_eq(says("sec-websocket-key", ""), std::string("'sec-websocket-key' header is absent"));
  Fixture old;
  old.request.version = 10;
  expect_eq(old.refused().body, std::string("HTTP version HTTP/1.0 unsupported"));
}

PHX_TEST("any key is accepted, even an empty or a very long one") {
  for (const std::string& key : {std::string(), std::string("short"), std::string(1'000, 'k')}) {
    Fixture f;
    f.request.headers.push_back({"sec-websocket-key", key});
    std::erase_if(f.request.headers, [&](const auto& header) {
      return header.first == "sec-websocket-key" && header.second != key;
    });
    f.accepted();
  }
}

PHX_TEST("upgrade headers may be lists, in any letter case") {
  Fixture f;
  f.set("connection", "keep-alive, Upgrade");
  f.set("upgrade", "h2c, WebSocket");
  f.accepted();
}

PHX_TEST("connect's refusals and exceptions") {
  Fixture f;
  f.request.target = "/socket/websocket?vsn=2.0.0&token=reject";
  expect_eq(f.refused().status, 403);
  f.request.target = "/socket/websocket?vsn=2.0.0&token=raise";
  expect_throw<std::runtime_error>([&] { f.run(); });
  f.request.target = "/socket/websocket?vsn=2.0.0&a=%ff";
  expect_eq(f.refused().status, 400);
  f.request.target = "/socket/websocket?vsn[]=2.0.0";
  expect_eq(f.refused().status, 403);
}

PHX_TEST(
    "sub-protocols: the server's order wins, none in common is refused, none offered is accepted") {
  Fixture f;
  f.mount.websocket->subprotocols = {"phoenix", "other"};
  f.set("sec-websocket-protocol", "other, phoenix");
  expect_eq(f.accepted().subprotocol.value(), std::string("phoenix"));
  f.set("sec-websocket-protocol", "unknown");
  expect_eq(f.refused().status, 403);
  f.set("sec-websocket-protocol", "");
  expect(!f.accepted().subprotocol, "no sub-protocol is chosen");
}

PHX_TEST("the auth token is read from the sub-protocol header, padded or not") {
  Fixture f;
  f.mount.auth_token = true;
  f.set("sec-websocket-protocol", "phoenix, base64url.bearer.phx.c2VjcmV0LXRva2Vu");
  const Upgrade upgrade = f.accepted();
  expect_eq(upgrade.subprotocol.value(), std::string("phoenix"));
  expect_eq(upgrade.socket.assign("auth_token").string_or(""), std::string("secret-token"));
  f.set("sec-websocket-protocol", "base64url.bearer.phx.c2VjcmV0LXRva2Vu");
  expect(!f.accepted().subprotocol, "a token alone is not a sub-protocol");
  f.set("sec-websocket-protocol", "phoenix, base64url.bearer.phx.%%%");
  expect_eq(f.refused().status, 500);
}

PHX_TEST("compression is agreed on only if it is offered and switched on") {
  Fixture f;
  f.set("sec-websocket-extensions",
        "other, permessage-deflate; server_max_window_bits=99, "
        "permessage-deflate; client_max_window_bits");
  expect(!f.accepted().deflate, "it is off");
  f.mount.websocket->compress = true;
  expect_eq(f.accepted().deflate.value().parameters, std::string("; client_max_window_bits=15"));
  f.set("sec-websocket-extensions", "");
  expect(!f.accepted().deflate, "it was not offered");
}

PHX_TEST("invalid extensions are 400, even if compression is off") {
  for (const bool compress : {false, true}) {
    for (const std::string bad : {"", ",", "permessage-deflate; =", "foo bar", "\"x\""}) {
      Fixture f;
      f.mount.websocket->compress = compress;
      f.request.headers.emplace_back("sec-websocket-extensions", bad);
      expect_eq(f.refused().status, 400);
    }
    Fixture f;
    f.set("sec-websocket-extensions", "a,, permessage-deflate ,");
    f.accepted();
  }
}

PHX_TEST("of several auth tokens none is used, and phoenix comes before the mount's own") {
  Fixture f;
  f.mount.auth_token = true;
  f.mount.websocket->subprotocols = {"other"};
  f.set("sec-websocket-protocol", "other, phoenix, base64url.bearer.phx.c2VjcmV0LXRva2Vu");
  expect_eq(f.accepted().subprotocol.value(), std::string("phoenix"));
  f.set("sec-websocket-protocol", "phoenix, base64url.bearer.phx.YQ, base64url.bearer.phx.Yg");
  expect_eq(f.accepted().socket.assign("auth_token").string_or(""), std::string("none"));
}

PHX_TEST("a mount's serializers replace its socket's") {
  Fixture f;
  f.mount.serializers = {{&serializer::v2_json(), "~> 9.0.0"}};
  expect_eq(f.refused().status, 403);
  f.request.target = "/socket/websocket?vsn=9.0.1";
  f.accepted();
}

PHX_TEST("a mount's log reports a request and its answer at the level set") {
  std::vector<std::string> lines;
  TestShard shard({}, Log::to(Level::debug, [&](Level level, const std::string& line) {
                    if (level == Level::debug) lines.push_back(line.substr(0, line.find(" micro")));
                  }));
  Fixture f;
  const auto ask = [&] {
    lines.clear();
    upgrade({f.request, f.mount, f.path_params, shard.context()});
    return lines;
  };
  expect(ask().empty(), "off unless asked for");
  f.mount.transport_log = Level::debug;
  const std::string of = " method=GET path=/socket/websocket";
  expect_eq(ask(), std::vector<std::string>{"a request came" + of,
                                            "a request was answered" + of + " status=101"});
  f.set("origin", "http://evil");
  expect_eq(ask(), std::vector<std::string>{"a request came" + of,
                                            "a request was answered" + of + " status=403"});
  f.request.method = "POST";
  expect(ask().empty(), "another method is not logged, as in Phoenix");
}

namespace {

struct FakeWire : Wire {
  void send(serializer::FramePtr frame) override { heard.push_back(frame->bytes); }
  void close(socket::CloseCode code) override {
    if (std::exchange(closed, true)) return;
    heard.push_back("close " + std::to_string(static_cast<int>(code)));
  }
  void answer_close(unsigned code) override { heard.push_back("answer " + std::to_string(code)); }
  void pong(std::string payload) override { heard.push_back("pong " + payload); }
  Millis quiet_for() const override { return quiet; }
  const std::string& peer() const override { return address; }
  std::size_t unsent_limit() const override { return 1'000'000; }
  std::size_t unsent() const override { return 0; }
  std::vector<std::string> heard;
  Millis quiet{0};
  bool closed = false;
  const std::string address = "127.0.0.1";
};

}  // namespace

PHX_TEST("a websocket is closed once its client was silent for the timeout, and not before") {
  TestShard shard;
  const auto wire = std::make_shared<FakeWire>();
  const Users users;
  const auto pid = shard.scheduler.spawn(std::make_unique<WebsocketProcess>(
      users, Socket(shard.context(), serializer::v2_json()), wire, Millis{1'500}));
  shard.settle();
  wire->quiet = Millis{400};  // something came at 1,100 ms
  shard.pass(Millis{1'500});
  expect(shard.scheduler.alive(pid), "a byte within the time keeps it open");
  shard.pass(Millis{1'099});
  expect(shard.scheduler.alive(pid), "until the timeout after that byte");
  wire->quiet = Millis{1'500};
  shard.pass(Millis{1});
  expect_eq(wire->heard, std::vector<std::string>{"close 1000"});
  expect(!shard.scheduler.alive(pid), "then it ends");
}

PHX_TEST("a websocket whose process is killed is closed, not left without one") {
  TestShard shard;
  const auto wire = std::make_shared<FakeWire>();
  const Users users;
  const auto pid = shard.scheduler.spawn(std::make_unique<WebsocketProcess>(
      users, Socket(shard.context(), serializer::v2_json()), wire, Millis{1'500}));
  shard.settle();
  shard.scheduler.exit(pid, {process::ExitReason::killed});
  shard.settle();
  expect_eq(wire->heard, std::vector<std::string>{"close 1011"});
}

PHX_TEST("a connection is reported with its parameters, its version and its result") {
  Fixture f;
  std::vector<std::string> told;
  f.shard.telemetry.attach(
      "ear", {telemetry::on<SocketConnected>([&told](const SocketConnected& connected) {
        const bool ok = connected.result == serializer::Status::ok;
        told.push_back(connected.transport + " " + connected.vsn + (ok ? " ok " : " error ") +
                       connected.path + " " + connected.params.dump());
      })});
  f.request.target = "/socket/websocket?vsn=2.0.5&a=b";
  f.accepted();
  f.request.target = "/socket/websocket?vsn=1.0.0&token=reject";
  f.refused();
  expect_eq(told, std::vector<std::string>{
                      R"(websocket 2.0.5 ok /socket {"a":"b","vsn":"2.0.5"})",
                      R"(websocket 1.0.0 error /socket {"token":"reject","vsn":"1.0.0"})"});
}

PHX_TEST("an unknown version, or a connect that throws, is not reported") {
  Fixture f;
  int told = 0;
  f.shard.telemetry.attach(
      "ear", {telemetry::on<SocketConnected>([&told](const SocketConnected&) { ++told; })});
  f.request.target = "/socket/websocket?vsn=3.0.0";
  f.refused();
  f.request.target = "/socket/websocket?vsn=2.0.0&token=raise";
  expect_throw<std::runtime_error>([&f] { f.run(); });
  expect_eq(told, 0);
}
