/// An endpoint that forces https, before everything else and in every kind of answer.

#include "endpoint/endpoint.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

struct Users : UserSocket {
  ConnectResult connect(Connect connect, Socket& socket) const override {
    socket.assigns["uri"] = connect.info.uri.value_or("none");
    return Accepted{};
  }
};

struct Fixture {
  TestShard shard;
  Endpoint endpoint{EndpointOptions{.url_host = "example.com",
                                    .force_ssl = ForceSsl{.rewrite_on = {true, false, false}}}};
  http::Request asked{"GET", "/socket/websocket?vsn=2.0.0&a=b"};

  Fixture() {
    asked.headers = {{"host", "example.com"},
                     {"connection", "upgrade"},
                     {"upgrade", "websocket"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "k"}};
    Mount mount{"/socket", std::make_shared<Users>()};
    mount.connect_info.uri = true;
    mount.longpoll = LongpollOptions{};
    endpoint.socket(mount);
  }
  Endpoint::Outcome ask() { return endpoint.dispatch(asked, shard.context()); }
};

const std::pair<std::string, std::string> kept = {"strict-transport-security", "max-age=31536000"};

}  // namespace

PHX_TEST("an endpoint redirects before it examines anything else") {
  Fixture f;
  for (const char* target : {"/socket/websocket", "/nowhere", "/socket/longpoll"}) {
    f.asked.target = target;
    f.asked.method = "POST";
    expect_eq(std::get<http::Response>(f.ask()).status, 307);
  }
}

PHX_TEST("the 101 answer of a websocket over https has the HSTS header") {
  Fixture f;
  f.asked.headers.emplace_back("x-forwarded-proto", "https");
  const auto outcome = f.ask();
  const auto& upgrade = std::get<Upgrade>(outcome);
  expect(upgrade.headers == http::Request::Headers{kept}, "the header is in the upgrade");
  expect_eq(upgrade.socket.assign("uri").string_or(""),
            std::string("https://example.com/socket/websocket?vsn=2.0.0&a=b"));
}

PHX_TEST("refusals and long-poll's answers, immediate or late, have the header too") {
  Fixture f;
  f.asked.scheme = "https";
  f.asked.target = "/nowhere";
  expect(std::get<http::Response>(f.ask()).headers.back() == kept, "a 404 has the header");
  f.asked.target = "/socket/longpoll?vsn=2.0.0";
  const http::Response opened = std::get<http::Response>(f.ask());
  expect(opened.headers.back() == kept, "a new session's answer has the header");

  struct Client : http::Responder {
    void send(http::Response response) override { answer = std::move(response); }
    bool gone() const override { return false; }
    std::optional<http::Response> answer;
  };
  f.asked.target += "&token=" + Json::parse(opened.body)["token"].string_or("");
  const auto client = std::make_shared<Client>();
  std::get<http::Deferred>(f.ask()).begin(client);
  f.shard.settle();
  f.shard.pass(Millis{10'000});
  expect(client->answer.value().headers.back() == kept, "a poll's answer has the header");
}
