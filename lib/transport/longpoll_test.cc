/// Long-poll without a port: requests answered now or later, on a clock that the test turns.

#include "transport/longpoll.h"

#include "telemetry/limits.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "transport/longpoll_requests.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

struct Room : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "push") {
      socket.push("pushed", std::move(payload));
      return NoReply{};
    }
    return Reply::ok(std::move(payload));
  }
  void terminate(const ExitReason& reason, Socket&) override { ended = to_string(reason); }
  static inline std::string ended;
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    socket.assigns["auth_token"] = connect.info.auth_token.value_or("");
    if (connect.params["token"] == Json("reject")) return Rejected{"a reason"};
    return Accepted{};
  }
};

struct Client : http::Responder {
  void respond(http::Response response) override { answers.push_back(std::move(response)); }
  bool gone() const override { return hung_up; }
  std::vector<http::Response> answers;
  bool hung_up = false;
};

struct Fixture {
  TestHouse house;
  Mount mount{"/socket", std::make_shared<Users>()};
  std::shared_ptr<const SessionTokens> tokens =
      std::make_shared<const SessionTokens>("a secret of more than twenty bytes");
  std::string token;
  std::string told;  ///< Limits that were reached, each as `message_rate 10`.

  /// Listens to limits from now on.
  const std::string& listen() {
    house.telemetry.attach(
        "ear", {telemetry::on<telemetry::LimitReached>([this](const auto& reached) {
          told += std::string(to_string(reached.limit)) + " " + std::to_string(reached.allowed);
        })});
    return told;
  }
  Fixture() {
    mount.longpoll = LongpollOptions{.window = Millis{1'000}};
    mount.check_origin = Origins::list({"//localhost"});
    Room::ended.clear();
  }
  /// What a request is answered, at once or later.
  std::shared_ptr<Client> ask(http::Request request) { return ask_at(mount, std::move(request)); }
  std::shared_ptr<Client> ask_at(const Mount& at, http::Request request,
                                 const PathParams& params = {}) {
    const auto client = std::make_shared<Client>();
    auto outcome = longpoll({request, at, params, house.house()}, tokens);
    if (auto* response = std::get_if<http::Response>(&outcome)) client->respond(*response);
    if (auto* later = std::get_if<http::Later>(&outcome)) later->begin(client);
    house.settle();
    return client;
  }
  std::shared_ptr<Client> get() {
    return ask({"GET", "/socket/longpoll?vsn=2.0.0&token=" + token});
  }
  std::shared_ptr<Client> post(const std::string& body, const std::string& type = "text/plain") {
    http::Request request{"POST", "/socket/longpoll?vsn=2.0.0&token=" + token};
    request.headers = {{"content-type", type}};
    request.body = body;
    return ask(std::move(request));
  }
  void begin() { token = body_of(get())["token"].string_or(""); }
  /// Whether the token names a session there.
  bool known_at(const Mount& at, const PathParams& params = {}) {
    http::Request beat{"POST", "/longpoll?token=" + token};
    beat.body = R"([null,"1","phoenix","heartbeat",{}])";
    return status_of(ask_at(at, std::move(beat), params)) == 200;
  }
  void join() {
    begin();
    post(R"(["1","1","t","phx_join",{}])");
    get();
  }
  static Json body_of(const std::shared_ptr<Client>& client) {
    expect_eq(client->answers.size(), 1u);
    return Json::parse(client->answers[0].body);
  }
  static long long status_of(const std::shared_ptr<Client>& client) {
    return body_of(client)["status"].integer_or(0);
  }
};

}  // namespace

TEST("the first poll opens a session: 410, a token, and nothing to hear") {
  Fixture f;
  const Json body = f.body_of(f.get());
  expect_eq(body["status"].integer_or(0), 410);
  expect_eq(body["messages"].dump(), std::string("[]"));
  expect(!body["token"].string_or("").empty(), "there is a token");
}

TEST("a post is answered when it was handled, and what it brought waits for a poll") {
  Fixture f;
  f.begin();
  expect_eq(f.status_of(f.post(R"(["1","1","t","phx_join",{}])")), 200);
  const Json body = f.body_of(f.get());
  expect_eq(body["status"].integer_or(0), 200);
  expect_eq(body["token"].string_or(""), f.token);
  expect_eq(body["messages"][0].string_or(""),
            std::string(R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])"));
}

TEST("a poll with nothing to tell is held until there is something") {
  Fixture f;
  f.join();
  const auto poll = f.get();
  expect(poll->answers.empty(), "it is held");
  f.post(R"(["1","2","t","push",{"n":1}])");
  expect_eq(f.body_of(poll)["messages"].dump(),
            std::string(R"(["[\"1\",null,\"t\",\"pushed\",{\"n\":1}]"])"));
}

TEST("a poll that hears nothing for the window is 204") {
  Fixture f;
  f.join();
  const auto poll = f.get();
  f.house.pass(Millis{999});
  expect(poll->answers.empty(), "not yet");
  f.house.pass(Millis{1});
  expect_eq(f.status_of(poll), 204);
}

TEST("of two polls the later one hears") {
  Fixture f;
  f.join();
  const auto first = f.get(), second = f.get();
  f.post(R"(["1","2","t","push",{}])");
  expect_eq(f.status_of(second), 200);
  expect(first->answers.empty(), "the earlier one waits for its window");
  f.house.pass(Millis{1'000});
  expect_eq(f.status_of(first), 204);
}

TEST("a poll that its client gave up loses no message") {
  Fixture f;
  f.join();
  f.get()->hung_up = true;
  f.post(R"(["1","2","t","push",{"n":1}])");
  expect_eq(f.body_of(f.get())["messages"].size(), 1u);
}

TEST("a session that nobody polls for one and a half windows ends; posts do not keep it") {
  Fixture f;
  f.join();
  f.house.pass(Millis{1'400});
  expect_eq(f.status_of(f.post(R"(["1","2","t","echo",{}])")), 200);
  f.house.pass(Millis{1'700});
  expect_eq(Room::ended, std::string("shutdown: inactive"));
  expect_eq(f.status_of(f.post(R"(["1","3","t","echo",{}])")), 410);
  expect_eq(f.status_of(f.get()), 410);
}

TEST("a token that is none, forged, or another server's is 410") {
  Fixture f;
  f.begin();
  const std::string good = f.token;
  for (const std::string& bad :
       {std::string(), std::string("x"), good.substr(1),
        SessionTokens("a secret of more than twenty bytes").sign({0, 1}, "")}) {
    f.token = bad;
    expect_eq(f.status_of(f.post("[]")), 410);
    expect_eq(f.status_of(f.get()), 410);
  }
}

TEST("a session is known at other mounts of its endpoint, too, with their window") {
  Fixture f;
  Mount other = f.mount;
  other.path = "/short";
  other.longpoll->window = Millis{100};
  f.begin();
  expect(f.known_at(other), "as in Phoenix");
  f.get();
  const auto poll = f.ask_at(other, {"GET", "/short/longpoll?token=" + f.token});
  f.house.pass(Millis{100});
  expect_eq(f.status_of(poll), 204);
}

TEST("a session that is bound is known at its own mount alone, and no other is known there") {
  for (const bool by_auth_token : {true, false}) {
    Fixture f;
    Mount bound = f.mount, also_bound = f.mount;
    bound.path = "/auth";
    also_bound.path = "/other";
    for (Mount* mount : {&bound, &also_bound}) {
      if (by_auth_token) mount->auth_token = true;
      if (!by_auth_token) mount->longpoll->bind_session = true;
    }
    f.begin();
    expect(f.known_at(f.mount) && !f.known_at(bound), "one that began elsewhere");
    const auto opened = f.ask_at(bound, {"GET", "/auth/longpoll?vsn=2.0.0&token=" + f.token});
    expect_eq(f.status_of(opened), 410);
    f.token = f.body_of(opened)["token"].string_or("");
    expect(f.known_at(bound), "its own");
    expect(!f.known_at(f.mount) && !f.known_at(also_bound), "nowhere else");

    bound.longpoll->bind_session = false;
    f.begin();
    expect(f.known_at(bound), "it need not be");
  }
}

TEST("a session that is bound is known under the parameters of its path alone") {
  Fixture f;
  f.mount.path = "/tenant/:tenant/socket";
  f.mount.longpoll->bind_session = true;
  const PathParams ours{{"tenant", "ours"}}, theirs{{"tenant", "theirs"}};
  const auto opened = f.ask_at(f.mount, {"GET", "/tenant/ours/socket/longpoll?vsn=2.0.0"}, ours);
  f.token = f.body_of(opened)["token"].string_or("");
  expect(f.known_at(f.mount, ours) && !f.known_at(f.mount, theirs), "another tenant's path");
}

TEST("a session keeps the version that it began with, whatever its requests say later") {
  Fixture f;
  f.begin();
  http::Request request{"POST", "/socket/longpoll?vsn=1.0.0&token=" + f.token};
  request.body = R"(["1","1","t","phx_join",{}])";
  expect_eq(f.status_of(f.ask(request)), 200);
  const auto poll = f.ask({"GET", "/socket/longpoll?vsn=3.0.0&token=" + f.token});
  expect_eq(f.body_of(poll)["messages"][0].string_or(""),
            std::string(R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])"));
}

TEST("the token in the header wins over the query's") {
  Fixture f;
  f.join();
  http::Request request{"POST", "/socket/longpoll?vsn=2.0.0&token=rubbish"};
  request.headers = {{"x-phoenix-longpoll-token", f.token}};
  request.body = R"(["1","2","t","echo",{}])";
  expect_eq(f.status_of(f.ask(request)), 200);
}

TEST("lines are messages in order; one that does not begin with a bracket is base64 of a binary") {
  Fixture f;
  f.begin();
  f.post(
      "[\"1\",\"1\",\"t\",\"phx_join\",{}]\r\n[\"1\",\"2\",\"t\",\"echo\",{}]\nAAEBAQQxM3RlY2hvIQ="
      "=",
      "application/x-ndjson");
  const Json messages = f.body_of(f.get())["messages"];
  expect_eq(messages.size(), 3u);
  expect_eq(messages[1].string_or(""),
            std::string(R"(["1","2","t","phx_reply",{"response":{},"status":"ok"}])"));
  expect(messages[2].string_or("").ends_with("tok!"), "the binary reply, as it is");
}

TEST("lines past the hundredth are ignored; another content type is one message") {
  http::Request request{"POST", "/"};
  request.headers = {{"content-type", "application/x-ndjson"}};
  for (int i = 0; i < 150; ++i) request.body += "[1]\n";
  expect_eq(messages_of(request).size(), 100u);
  request.body = "[1]\n";
  expect_eq(messages_of(request).size(), 2u);  // the empty line is a message, too: an empty binary
  request.headers = {{"content-type", "application/x-ndjson; charset=utf-8"}};
  expect_eq(messages_of(request).size(), 1u);
}

TEST("a line that is neither is 500, and the session goes on") {
  Fixture f;
  f.join();
  const auto post = f.post(R"({"topic":"t"})", "application/x-ndjson");
  expect_eq(post->answers.at(0).status, 500);
  expect_eq(f.status_of(f.post(R"(["1","2","t","echo",{}])")), 200);
}

TEST("a body that is no message ends the session: 408 after the window, then 410") {
  Fixture f;
  f.join();
  const auto post = f.post("hello");
  expect(post->answers.empty(), "nobody answers");
  f.house.pass(Millis{1'000});
  expect_eq(f.status_of(post), 408);
  expect_eq(f.status_of(f.post("[]")), 410);
}

TEST("a body too long is 400, once its session is known, and the session goes on") {
  Fixture f;
  http::Request request{"POST", "/socket/longpoll?vsn=2.0.0"};
  request.body_too_long = true;
  expect_eq(f.status_of(f.ask(request)), 410);
  f.join();
  request.target += "&token=" + f.token;
  expect_eq(f.ask(request)->answers.at(0).status, 400);
  expect_eq(f.status_of(f.post(R"(["1","2","t","echo",{}])")), 200);
}

TEST("frames that are no text can't be told: 500") {
  Fixture f;
  f.join();
  f.post("AAEBAQQxM3RlY2hv/w==", "application/x-ndjson");
  expect_eq(f.get()->answers.at(0).status, 500);
}

TEST("origins, methods and CORS") {
  Fixture f;
  http::Request request{"GET", "/socket/longpoll?vsn=2.0.0"};
  request.headers = {{"origin", "http://evil"}, {"access-control-request-headers", "x-one"}};
  expect_eq(f.status_of(f.ask(request)), 403);
  request.method = "OPTIONS";
  expect_eq(f.status_of(f.ask(request)), 403);
  request.headers[0].second = "http://localhost";
  const http::Response preflight = f.ask(request)->answers.at(0);
  expect_eq(preflight.status, 200);
  expect(preflight.body.empty() && preflight.headers[1].second == "x-one", "headers are echoed");
  request.method = "DELETE";
  expect_eq(f.ask(request)->answers.at(0).status, 400);
}

TEST("a refused connect or version is 403, whatever the reason") {
  Fixture f;
  expect_eq(f.status_of(f.ask({"GET", "/socket/longpoll?vsn=3.0.0"})), 403);
  expect_eq(f.status_of(f.ask({"GET", "/socket/longpoll?vsn=2.0.0&token=reject"})), 403);
  expect_eq(f.ask({"GET", "/socket/longpoll?vsn=2.0.0&a=%ff"})->answers.at(0).status, 400);
}

TEST("a session that is drained lets its poll go, and ends with its channels") {
  Fixture f;
  f.join();
  const auto held = f.get();
  expect_eq(held->answers.size(), 0u);
  f.house.scheduler.spawn(std::make_unique<socket::Drainer>(f.mount.socket, f.mount.drainer,
                                                            f.house.telemetry, "/socket"));
  f.house.settle();
  expect_eq(held->answers.size(), 1u);
  expect_eq(Fixture::body_of(held)["status"], Json(204));
  expect_eq(Room::ended, std::string("shutdown: closed"));
  expect_eq(Fixture::body_of(f.get())["status"], Json(410));
}

TEST("who posts too many messages a second finds his session gone, and it is told") {
  Fixture f;
  f.mount.message_rate = {.per_second = 10, .burst = 2};
  const std::string& told = f.listen();
  f.begin();
  const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
  expect_eq(f.status_of(f.post(beat)), 200);
  expect_eq(f.status_of(f.post(beat)), 200);
  f.house.pass(Millis{100});
  expect_eq(f.status_of(f.post(beat)), 200);
  expect_eq(f.status_of(f.post(beat)), 410);
  expect_eq(told, std::string("message_rate 10"));
  expect_eq(f.status_of(f.post(beat)), 410);
}

TEST("as many sessions as there may be, and one more is answered 503") {
  Fixture f;
  f.tokens = std::make_shared<const SessionTokens>("a secret of more than twenty bytes", 1);
  const std::string& told = f.listen();
  f.begin();
  const std::string token = std::exchange(f.token, "");
  expect_eq(f.get()->answers.at(0).status, 503);
  expect_eq(told, std::string("longpoll_sessions 1"));
  f.token = token;
  expect_eq(f.status_of(f.post(R"([null,"1","phoenix","heartbeat",{}])")), 200);
}
