/// Where requests are routed.

#include "endpoint/endpoint.h"

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using http::Request;
using http::Response;

namespace {

struct Users : UserSocket {
  ConnectResult connect(Connect connect, Socket& socket) const override {
    if (connect.params["token"] == Json("raise")) throw std::runtime_error("boom");
    socket.assigns["tenant"] = connect.params["tenant"];
    return Accepted{};
  }
};

// Each of these compiles.
[[maybe_unused]] const auto in_place = [] {
  const Endpoint by_options({.secret_key_base = std::string(64, 's')});
  const Endpoint by_secret(std::string(64, 's'));
};

struct Fixture {
  TestShard shard;
  Endpoint endpoint;
  Fixture() {
    endpoint.socket({"/socket", std::make_shared<Users>()});
    endpoint.socket({"/tenant/:tenant/socket", std::make_shared<Users>()});
    endpoint.get("/", [](const Request&) { return Response{200, "hello"}; });
  }
  Endpoint::Outcome ask(const std::string& target, const std::string& method = "GET") {
    Request request{method, target};
    request.headers = {{"host", "localhost"},
                       {"connection", "upgrade"},
                       {"upgrade", "websocket"},
                       {"sec-websocket-version", "13"},
                       {"sec-websocket-key", "k"}};
    return endpoint.dispatch(request, shard.context());
  }
  int status(const std::string& target, const std::string& method = "GET") {
    const Endpoint::Outcome outcome = ask(target, method);
    const Response* response = std::get_if<Response>(&outcome);
    return response ? response->status : 101;
  }
};

}  // namespace

PHX_TEST("a mount takes its own path followed by the transport's, and no other") {
  Fixture f;
  for (const char* good :
       {"/socket/websocket", "/socket/websocket/", "//socket//websocket?vsn=2.0.0"}) {
    expect_eq(f.status(good), 101);
  }
  for (const char* bad : {"/socket", "/socket/", "/SOCKET/websocket", "/socket/websocket/extra",
                          "/socket/other", "/web%73ocket", "/socket/web%73ocket", "/nope"}) {
    expect_eq(f.status(bad), 404);
  }
}

PHX_TEST("a part of the path becomes a parameter") {
  Fixture f;
  auto outcome = f.ask("/tenant/acme/socket/websocket?tenant=query");
  expect_eq(std::get<transport::Upgrade>(outcome).socket.assign("tenant").string_or(""),
            std::string("acme"));
}

PHX_TEST("an exception in connect is 500, and affects nothing else") {
  Fixture f;
  expect_eq(f.status("/socket/websocket?token=raise"), 500);
  expect_eq(f.status("/socket/websocket"), 101);
}

PHX_TEST("pages are served at their path, to GET and HEAD") {
  Fixture f;
  expect_eq(f.status("/"), 200);
  expect_eq(f.status("/?x=1"), 200);
  expect_eq(f.status("/", "HEAD"), 200);
}

PHX_TEST("doubled slashes and one at the end don't count in a page's path") {
  Fixture f;
  f.endpoint.get("/rooms/7/", [](const Request&) { return Response{200, "room 7"}; });
  for (const std::string path : {"/rooms/7", "/rooms/7/", "//rooms//7//", "/rooms//7?x=1"}) {
    expect_eq(path + ": " + std::to_string(f.status(path)), path + ": 200");
  }
  expect_eq(f.status("//"), 200);
  expect_eq(f.status("/rooms"), 404);
  expect_eq(f.status("/rooms/7/8"), 404);
}

PHX_TEST("a mount that could serve no client is refused at once") {
  const auto why = [](transport::Mount mount) -> std::string {
    Endpoint endpoint;
    try {
      endpoint.socket(std::move(mount));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  expect_eq(why({"/socket", nullptr}),
            std::string("expected a user socket at \"/socket\", got none"));
  for (const std::string version : {"~> 9.0", "2.0.0", "~> ", "~>2.0.0", ">= 2.0.0", ""}) {
    mount.serializers = {{&serializer::v2_json(), "~> 2.0.0"}, {&serializer::v2_json(), version}};
    expect_eq(why(mount),
              "expected a serializer's versions as ~> MAJOR.MINOR.PATCH, such as "
              "~> 2.0.0, got \"" +
                  version + "\"");
  }
  mount.serializers = {{nullptr, "~> 2.0.0"}};
  expect_eq(why(mount), std::string("expected a serializer, got none"));
  mount.serializers = {{&serializer::v2_json(), "~> 9.0.0"}};
  expect_eq(why(mount), std::string());
}

PHX_TEST("a POST to a path is answered there") {
  Fixture f;
  f.endpoint.post("/echo", [](const Request& request) { return Response{200, request.body}; });
  const Request request{.method = "POST", .target = "/echo?x=1", .body = "name=Ada"};
  const auto outcome = f.endpoint.dispatch(request, f.shard.context());
  expect_eq(std::get<Response>(outcome).body, std::string("name=Ada"));
}

PHX_TEST("a method without a handler is refused with the list of those that have one") {
  Fixture f;
  f.endpoint.post("/form", [](const Request&) { return Response{}; });
  const auto allowed = [&](const std::string& path, const std::string& method) {
    const auto outcome = f.ask(path, method);
    const auto& response = std::get<Response>(outcome);
    expect_eq(response.status, 405);
    return response.headers.at(0);
  };
  using Header = std::pair<std::string, std::string>;
  expect(allowed("/", "POST") == Header{"allow", "GET, HEAD"}, "a page");
  expect(allowed("/form", "GET") == Header{"allow", "POST"}, "a form's target");
  f.endpoint.get("/form", [](const Request&) { return Response{}; });
  expect(allowed("/form", "PUT") == Header{"allow", "GET, HEAD, POST"}, "both at one path");
  expect_eq(f.status("/form", "POST"), 200);
}

PHX_TEST("each transport has a path of its own after the mount's, or none") {
  Endpoint endpoint;
  transport::Mount mount{"/live", std::make_shared<Users>()};
  mount.websocket->path = "/:tenant/ws";
  endpoint.socket(mount);
  mount.path = "/bare";
  mount.websocket->path = "/";
  endpoint.socket(mount);
  mount.path = "/poll";
  mount.websocket.reset();
  mount.longpoll = transport::LongpollOptions{.path = "/lp"};
  endpoint.socket(mount);
  TestShard shard;
  const auto kind = [&](const char* target) {
    Request request{"GET", target};
    request.headers = {{"host", "localhost"},
                       {"connection", "upgrade"},
                       {"upgrade", "websocket"},
                       {"sec-websocket-version", "13"},
                       {"sec-websocket-key", "k"}};
    const auto outcome = endpoint.dispatch(request, shard.context());
    if (const auto* response = std::get_if<Response>(&outcome)) return response->status;
    return 101;
  };
  for (const char* open : {"/live/acme/ws", "/bare", "/bare/"}) expect_eq(kind(open), 101);
  expect_eq(kind("/poll/lp"), 200);
  for (const char* none : {"/live/websocket", "/bare/websocket", "/poll/longpoll", "/live/ws"}) {
    expect_eq(kind(none), 404);
  }
}

PHX_TEST("a transport's path must begin with a slash; the error names the transport") {
  Endpoint endpoint;
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.websocket->path = "ws";
  expect_eq(expect_throw<std::invalid_argument>([&] { endpoint.socket(mount); }),
            std::string("expected a websocket's path to begin with /, got \"ws\""));
}

PHX_TEST("a mount must begin with a slash") {
  Endpoint endpoint;
  expect_throw<std::invalid_argument>([&] { endpoint.socket({"socket", nullptr}); });
}

PHX_TEST("a message rate of 0 is refused; the error says how to set no limit") {
  Endpoint endpoint;
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.message_rate = {.per_second = 0, .burst = 1};
  const std::string why = expect_throw<std::invalid_argument>([&] { endpoint.socket(mount); });
  expect(why.find("set message_rate to std::nullopt") != std::string::npos, why);
  mount.message_rate.reset();
  mount.byte_rate = {.per_second = 1, .burst = 0};
  expect_throw<std::invalid_argument>([&] { endpoint.socket(mount); });
}

PHX_TEST("a mount without a transport, or with a time or a limit of 0, is refused") {
  Endpoint endpoint;
  const auto refused = [&](const std::function<void(transport::Mount&)>& change) {
    transport::Mount mount{"/socket", std::make_shared<Users>()};
    mount.longpoll.emplace();
    change(mount);
    return expect_throw<OptionError>([&] { endpoint.socket(mount); });
  };
  expect_eq(refused([](auto& mount) { mount.websocket->timeout = Millis{0}; }),
            std::string("expected at least 1 ms, got 0: set WebsocketOptions::timeout"));
  expect_eq(refused([](auto& mount) { mount.longpoll->window = Millis{-1}; }),
            std::string("expected at least 1 ms, got -1: set LongpollOptions::window"));
  expect_eq(refused([](auto& mount) { mount.websocket->max_frame_size = 0; }),
            std::string("expected at least 1, got 0: set WebsocketOptions::max_frame_size"));
  expect_eq(refused([](auto& mount) { mount.websocket.reset(), mount.longpoll.reset(); }),
            std::string("expected a mount with a transport, got none: set Mount::websocket or "
                        "Mount::longpoll"));
}

PHX_TEST("a second mount at a path is refused, but for another transport") {
  Endpoint endpoint;
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  endpoint.socket(mount);
  expect_eq(expect_throw<std::invalid_argument>([&] { endpoint.socket(mount); }),
            std::string("expected one user socket for each path and transport, got two at "
                        "\"/socket\""));
  mount.websocket.reset();
  mount.longpoll.emplace();
  endpoint.socket(mount);
  expect_throw<std::invalid_argument>([&] { endpoint.socket(mount); });
}

PHX_TEST("a request is traced if its query has the traces' token, and only then") {
  const auto traces = std::make_shared<telemetry::Traces>("a token that nobody guesses");
  const Endpoint plain, traced(EndpointOptions{.traces = traces});
  const auto with = [](const std::string& query) { return Request{"GET", "/socket?" + query}; };
  const Request right = with("vsn=2.0.0&glass_token=a+token+that+nobody+guesses");
  expect(traced.traces_for(right) == traces.get(), "the token opens them");
  process::HopRecorder* const window =
      traced.traces_for(with("glass_token=a+token+that+nobody+guesses.left"));
  expect(window != nullptr && window != traces.get(), "a window has a recorder of its own");
  expect(plain.traces_for(right) == nullptr, "an endpoint without traces has none");
  for (const char* query : {"", "glass_token=", "glass_token=guess", "token=a+token+that+nobody",
                            "glass_token[]=a+token+that+nobody+guesses", "glass_token=%ff"}) {
    expect(traced.traces_for(with(query)) == nullptr, std::string("not by ") + query);
  }
}
