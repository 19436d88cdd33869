/// From a poll or a post to its answer: sessions, held polls, bodies, limits.

#include "transport/longpoll.h"

#include "testing/actors.h"
#include "testing/case.h"
#include "testing/longpoll.h"

using namespace phx;
using namespace phx::testing::polling;
using namespace phx::testing;
using namespace phx::transport;

PHX_TEST("the first poll opens a session: 410, a token, and no messages") {
  Fixture f;
  const Json body = f.body_of(f.get());
  expect_eq(body["status"].integer_or(0), 410);
  expect_eq(body["messages"].dump(), std::string("[]"));
  expect(!body["token"].string_or("").empty(), "there is a token");
}

PHX_TEST("a post is answered once it is handled, and the reply waits for a poll") {
  Fixture f;
  f.begin();
  expect_eq(f.status_of(f.post(R"(["1","1","t","phx_join",{}])")), 200);
  const Json body = f.body_of(f.get());
  expect_eq(body["status"].integer_or(0), 200);
  expect_eq(body["token"].string_or(""), f.token);
  expect_eq(body["messages"][0].string_or(""),
            std::string(R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])"));
}

PHX_TEST("a poll without messages is held until there are some") {
  Fixture f;
  f.join();
  const auto poll = f.get();
  expect(poll->answers.empty(), "it is held");
  f.post(R"(["1","2","t","push",{"n":1}])");
  expect_eq(f.body_of(poll)["messages"].dump(),
            std::string(R"(["[\"1\",null,\"t\",\"pushed\",{\"n\":1}]"])"));
}

PHX_TEST("a poll without messages for the window is 204") {
  Fixture f;
  f.join();
  const auto poll = f.get();
  f.shard.pass(Millis{999});
  expect(poll->answers.empty(), "not yet");
  f.shard.pass(Millis{1});
  expect_eq(f.status_of(poll), 204);
}

PHX_TEST("of two polls the later one gets the messages") {
  Fixture f;
  f.join();
  const auto first = f.get(), second = f.get();
  f.post(R"(["1","2","t","push",{}])");
  expect_eq(f.status_of(second), 200);
  expect(first->answers.empty(), "the earlier one waits for its window");
  f.shard.pass(Millis{1'000});
  expect_eq(f.status_of(first), 204);
}

PHX_TEST("a poll whose window ends leaves a later one waiting") {
  Fixture f;
  f.join();
  const auto first = f.get();
  f.shard.pass(Millis{500});
  const auto second = f.get();
  f.shard.pass(Millis{500});
  expect_eq(f.status_of(first), 204);
  f.post(R"(["1","2","t","push",{}])");
  expect_eq(f.status_of(second), 200);
}

PHX_TEST("a poll that its client abandons loses no message") {
  Fixture f;
  f.join();
  f.get()->hung_up = true;
  f.post(R"(["1","2","t","push",{"n":1}])");
  expect_eq(f.body_of(f.get())["messages"].size(), 1u);
}

PHX_TEST("a poll whose window is over asks for no frames: they would be lost with it") {
  Fixture f;
  std::string asked;
  auto session = std::make_unique<Actor>();
  session->on_message = [&](Actor& a, process::Message message) {
    if (const auto* flush = message.get_if<Flush>()) {
      asked += "flush ";
      a.scheduler().send(flush->poll, Subscribed{});
    } else if (const auto* expired = message.get_if<Expired>()) {
      asked += "expired ";
      a.scheduler().send(expired->poll, NowAvailable{});  // a frame came before the news
      a.scheduler().send(expired->poll, Released{});
    }
  };
  const auto client = std::make_shared<Client>();
  f.shard.scheduler.spawn(
      std::make_unique<Poll>(client, f.shard.scheduler.spawn(std::move(session)), Millis{1'000},
                             "token", [] { return http::Response{410}; }));
  f.shard.settle();
  f.shard.pass(Millis{1'000});
  expect_eq(asked, "flush expired ");
  expect_eq(Fixture::status_of(client), 204);
}

PHX_TEST("a session without a poll for one and a half windows ends; posts do not keep it") {
  Fixture f;
  f.join();
  for (const char* ref : {"2", "3"}) {  // at 1,400 and 2,800 ms
    f.shard.pass(Millis{1'400});
    expect_eq(f.status_of(f.post(R"(["1",")" + std::string(ref) + R"(","t","echo",{}])")), 200);
  }
  f.shard.pass(Millis{300});
  expect_eq(Room::ended, std::string("shutdown: inactive"));
  expect_eq(f.status_of(f.post(R"(["1","3","t","echo",{}])")), 410);
  expect_eq(f.status_of(f.get()), 410);
}

PHX_TEST("a poll keeps its session alive for one and a half windows") {
  Fixture f;
  f.join();
  for (int i = 0; i < 5; ++i) {
    f.shard.pass(Millis{1'400});
    f.get();
  }
  expect_eq(Room::ended, std::string());
}

PHX_TEST(
    "lines are messages in order; one that does not begin with a bracket is base64 of a binary") {
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
  expect(messages[2].string_or("").ends_with("tok!"), "the binary reply, unchanged");
}

PHX_TEST("lines past the hundredth are ignored; another content type is one message") {
  http::Request request{"POST", "/"};
  request.headers = {{"content-type", "application/x-ndjson"}};
  for (int i = 0; i < 150; ++i) request.body += "[1]\n";
  expect_eq(messages_of(request).size(), 100u);
  request.body = "[1]\n";
  expect_eq(messages_of(request).size(), 2u);  // the empty line is a message too: an empty binary
  request.headers = {{"content-type", "application/x-ndjson; charset=utf-8"}};
  expect_eq(messages_of(request).size(), 1u);
}

PHX_TEST("a line that is neither is 500, and the session goes on") {
  Fixture f;
  f.join();
  const auto post = f.post(R"({"topic":"t"})", "application/x-ndjson");
  expect_eq(post->answers.at(0).status, 500);
  expect_eq(f.status_of(f.post(R"(["1","2","t","echo",{}])")), 200);
}

PHX_TEST("a body that is not a message ends the session: 408 after the window, then 410") {
  Fixture f;
  f.join();
  const auto post = f.post("hello");
  expect(post->answers.empty(), "no answer comes");
  f.shard.pass(Millis{1'000});
  expect_eq(f.status_of(post), 408);
  expect_eq(f.status_of(f.post("[]")), 410);
}

PHX_TEST("a body that is too long is 400, once its session is known, and the session goes on") {
  Fixture f;
  http::Request request{"POST", "/socket/longpoll?vsn=2.0.0"};
  request.body_too_long = true;
  expect_eq(f.status_of(f.ask(request)), 410);
  f.join();
  request.target += "&token=" + f.token;
  expect_eq(f.ask(request)->answers.at(0).status, 400);
  expect_eq(f.status_of(f.post(R"(["1","2","t","echo",{}])")), 200);
}

PHX_TEST("a frame that is not valid UTF-8 is 500") {
  Fixture f;
  f.join();
  f.post("AAEBAQQxM3RlY2hv/w==", "application/x-ndjson");
  expect_eq(f.get()->answers.at(0).status, 500);
}

PHX_TEST("origins, methods and CORS") {
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

PHX_TEST("a refused connect or version is 403, whatever the reason") {
  Fixture f;
  expect_eq(f.status_of(f.ask({"GET", "/socket/longpoll?vsn=3.0.0"})), 403);
  expect_eq(f.status_of(f.ask({"GET", "/socket/longpoll?vsn=2.0.0&token=reject"})), 403);
  expect_eq(f.ask({"GET", "/socket/longpoll?vsn=2.0.0&a=%ff"})->answers.at(0).status, 400);
}

PHX_TEST("draining a session answers its poll, and ends it with its channels") {
  Fixture f;
  f.join();
  const auto held = f.get();
  expect_eq(held->answers.size(), 0u);
  f.shard.scheduler.spawn(std::make_unique<socket::Drainer>(f.mount.socket, f.mount.drainer,
                                                            f.shard.telemetry, "/socket"));
  f.shard.settle();
  expect_eq(held->answers.size(), 1u);
  expect_eq(Fixture::body_of(held)["status"], Json(204));
  expect_eq(Room::ended, std::string("shutdown: closed"));
  expect_eq(Fixture::body_of(f.get())["status"], Json(410));
}

PHX_TEST("a client that posts too many messages a second loses its session, and it is reported") {
  Fixture f;
  f.mount.message_rate = {.per_second = 10, .burst = 2};
  const std::string& told = f.listen();
  f.begin();
  const std::string beat = R"([null,"1","phoenix","heartbeat",{}])";
  expect_eq(f.status_of(f.post(beat)), 200);
  expect_eq(f.status_of(f.post(beat)), 200);
  f.shard.pass(Millis{100});
  expect_eq(f.status_of(f.post(beat)), 200);
  expect_eq(f.status_of(f.post(beat)), 410);
  expect_eq(told, std::string("message_rate 10"));
  expect_eq(f.status_of(f.post(beat)), 410);
}

PHX_TEST("a session above the limit is answered with 503") {
  Fixture f;
  f.tokens = std::make_shared<const LongpollTokens>("a secret of more than twenty bytes",
                                                    LongpollLimits{.all = 1});
  const std::string& told = f.listen();
  f.begin();
  f.post(R"([null,"1","phoenix","heartbeat",{}])");
  const std::string token = std::exchange(f.token, "");
  expect_eq(f.get()->answers.at(0).status, 503);
  expect_eq(told, std::string("longpoll_sessions 1"));
  f.token = token;
  expect_eq(f.status_of(f.post(R"([null,"1","phoenix","heartbeat",{}])")), 200);
}

PHX_TEST("a session that was never polled ends if another client needs its place") {
  Fixture f;
  f.tokens = std::make_shared<const LongpollTokens>("a secret of more than twenty bytes",
                                                    LongpollLimits{.all = 1});
  f.begin();
  const std::string never_polled = std::exchange(f.token, "");
  f.begin();
  expect_eq(f.status_of(f.post(R"([null,"1","phoenix","heartbeat",{}])")), 200);
  f.token = never_polled;
  expect_eq(f.status_of(f.post(R"([null,"1","phoenix","heartbeat",{}])")), 410);
}

PHX_TEST("a client that posts too many bytes a second loses its session, and it is reported") {
  Fixture f;
  f.mount.byte_rate = {1'000, 5'000};
  const std::string& told = f.listen();
  f.begin();
  const std::string post =
      R"([null,"1","phoenix","heartbeat",{"x":")" + std::string(2'400, 'x') + R"("}])";
  expect_eq(f.status_of(f.post(post)), 200);
  expect_eq(f.status_of(f.post(post)), 200);
  expect_eq(f.status_of(f.post(post)), 410);
  expect_eq(told, std::string("byte_rate 1000"));
}
