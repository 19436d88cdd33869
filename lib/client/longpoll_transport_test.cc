/// Long-polling with the test as its server: each status, batches, and what ends it.

#include "client/longpoll_transport.h"

#include "testing/case.h"
#include "testing/fake_dialer.h"
#include "testing/listening_user.h"

using namespace phx;
using namespace phx::testing;
using client::Attempt;

namespace {

using Lines = std::vector<std::string>;

struct User final : ListeningUser {
  void received(serializer::Frame frame) override {
    heard.push_back(frame.bytes);
    if (on_message) on_message();
  }

  std::function<void()> on_message = {};
};

/// Neither copied nor moved.
struct Polling {
  explicit Polling(ClientOptions wanted = {}, std::optional<std::string> token = {})
      : options(std::move(wanted)),
        transport(client::parse_endpoint_url("ws://host:4000/socket"),
                  Attempt{true, "/socket/longpoll?vsn=2.0.0", std::move(token)}, options, user,
                  dialer.dial(), timers) {}

  void pass(Millis time) {
    now += time;
    timers.run();
  }
  FakeDialed& polls() { return *dialer.all.at(0); }
  FakeDialed& posts() { return *dialer.all.at(1); }
  void open() {
    polls().open();
    polls().answer(R"({"messages":[],"status":410,"token":"T"})");
    user.told();
    polls().network.taken();
  }
  /// Frames that are sent in one turn, and the body of the post that carries the first of them.
  std::string post(const Lines& frames) {
    for (const std::string& frame : frames) transport.send({serializer::Frame::text, frame});
    pass(Millis{0});
    if (!posts_open) posts().open();
    posts_open = true;
    return body();
  }
  std::string body() {
    const std::string request = posts().network.taken();
    return request.substr(request.find("\r\n\r\n") + 4);
  }

  Clock::time_point now{};
  client::Timers timers{[this] { return now; }};
  const ClientOptions options;
  FakeDialer dialer;
  User user;
  bool posts_open = false;
  client::LongpollTransport transport;
};

}  // namespace

PHX_TEST(
    "C-35: a poll without a token opens, and the next ones carry it, for old servers in the query "
    "too") {
  Polling client({.headers = {{"origin", "http://here"}}}, "secret");
  client.polls().open();
  expect_eq(client.polls().network.taken(),
            "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nhost: host:4000\r\naccept: "
            "application/json\r\nx-phoenix-authtoken: secret\r\norigin: http://here\r\n\r\n");
  client.polls().answer(R"({"messages":[],"status":410,"token":"T"})");
  expect_eq(client.user.told(), Lines{"opened"});
  expect_eq(client.polls().network.taken(),
            "GET /socket/longpoll?vsn=2.0.0&token=T HTTP/1.1\r\nhost: host:4000\r\naccept: "
            "application/json\r\nx-phoenix-authtoken: secret\r\nx-phoenix-longpoll-token: "
            "T\r\norigin: http://here\r\n\r\n");
}

PHX_TEST("C-35: 200 brings messages in order, 204 none, and each is followed by a poll") {
  Polling client;
  client.open();
  client.polls().answer(R"({"messages":["[1]","[2]"],"status":200,"token":"T2"})");
  expect_eq(client.user.told(), Lines{"[1]", "[2]"});
  expect(client.polls().network.taken().find("token: T2\r\n") != std::string::npos,
         "the new token");
  client.polls().answer(R"({"messages":[],"status":204,"token":"T2"})");
  expect_eq(client.user.told(), Lines{});
  expect(!client.polls().network.taken().empty(), "it polls again");
  expect_eq(client.dialer.all.size(), 1u);
}

PHX_TEST("C-35: what is sent in one turn is one post of lines, and the next waits for its answer") {
  Polling client;
  client.open();
  expect_eq(client.post({"[a]", "[b]"}), "[a]\n[b]");
  client.transport.send({serializer::Frame::text, "[c]"});
  client.transport.send({serializer::Frame::binary, {"\x00\x01", 2}});
  client.pass(Millis{0});
  expect_eq(client.posts().network.taken(), "");
  expect_eq(client.transport.waiting(), 13u);
  client.posts().answer(R"({"status":200})");
  expect_eq(client.body(), "[c]\nAAE=");
  client.posts().answer(R"({"status":200})");
  expect_eq(client.transport.waiting(), 0u);
}

PHX_TEST("C-35: a post has a hundred messages or a megabyte at most; in V1 it has one") {
  Polling client;
  client.open();
  const std::string first = client.post(Lines(250, "[1]"));
  expect_eq(std::count(first.begin(), first.end(), '\n'), 99);
  client.posts().answer(R"({"status":200})");
  client.body();
  client.posts().answer(R"({"status":200})");
  const std::string last = client.body();
  expect_eq(std::count(last.begin(), last.end(), '\n'), 49);
  client.posts().answer(R"({"status":200})");
  const std::string large = "[\"" + std::string(600'000, 'x') + "\"]";
  expect_eq(client.post({large, large}), large);

  Polling old({.vsn = "1.0.0"});
  old.open();
  expect_eq(old.post({"{1}", "{2}"}), "{1}");
  old.posts().answer(R"({"status":200})");
  expect_eq(old.body(), "{2}");
}

PHX_TEST("C-35: a session that is gone, refused or failing ends with a code and a sentence") {
  const auto ends = [](bool opens, const std::function<void(Polling&)>& happens) {
    Polling client;
    if (opens) {
      client.open();
    } else {
      client.polls().open();
    }
    happens(client);
    client.pass(Millis{0});
    client.pass(Millis{60'000});
    expect_eq(client.timers.size(), 0u);
    const Lines told = client.user.told();
    expect_eq(told.size(), 1u);
    return told.at(0);
  };
  const auto answered = [](const std::string& body, const std::string& status = "200 OK") {
    return [=](Polling& client) { client.polls().answer(body, status); };
  };
  expect_eq(ends(true, answered(R"({"messages":[],"status":410,"token":"N"})")),
            "closed 3410 the server has ended the session");
  expect_eq(ends(false, answered(R"({"status":403})")),
            "closed 1008 expected a session of long-polling, got 403 Forbidden");
  expect_eq(ends(false, answered("<html>", "404 Not Found")),
            "closed 1011 expected a session of long-polling, got 404 Not Found");
  expect_eq(ends(false, answered("", "302 Found")),
            "closed 1011 expected a session of long-polling, got 302 Found");
  expect_eq(ends(false, answered(R"({"status":200,"messages":[]})")),
            "closed 1011 expected a session of long-polling, got 200 OK");
  expect_eq(ends(true, answered(R"({"status":500})")),
            "closed 1011 expected a session of long-polling, got 500 Internal Server Error");
  expect_eq(ends(true, [](Polling& client) { client.polls().end("Connection reset by peer"); }),
            "closed 1011 expected a session of long-polling, got Connection reset by peer");
  expect_eq(ends(true, [](Polling& client) { client.pass(Millis{20'000}); }),
            "closed 1005 a poll was not answered in time");
  expect_eq(ends(true,
                 [](Polling& client) {
                   client.post({"[1]"});
                   client.posts().answer(R"({"status":410})");
                 }),
            "closed 1011 expected a post to be taken, got 410 Gone");
}

PHX_TEST("a connection that the server ends is dialled again; a post is never sent twice") {
  Polling client;
  client.open();
  client.polls().answer(R"({"messages":[],"status":204,"token":"T"})", "200 OK",
                        "connection: close\r\n");
  expect_eq(client.dialer.all.size(), 2u);
  expect(client.polls().network.dropped, "the first is over");
  client.pass(Millis{0});
  expect(client.polls().network.destroyed, "and gone");
  client.transport.send({serializer::Frame::text, "[1]"});
  client.pass(Millis{0});
  FakeDialed& posts = *client.dialer.all.at(2);
  posts.open();
  expect(posts.network.taken().ends_with("\r\n\r\n[1]"), "it is posted");
  posts.end("Connection reset by peer");
  client.pass(Millis{0});
  expect_eq(client.user.told(),
            Lines{"closed 1011 expected a post to be taken, got Connection reset by peer"});
  expect_eq(client.dialer.all.size(), 3u);
}

PHX_TEST("close() lets what was sent go out first, and waits two seconds for that") {
  Polling client;
  client.open();
  expect_eq(client.post({"[leave]"}), "[leave]");
  client.transport.close(1000);
  expect_eq(client.user.told(), Lines{});
  client.posts().answer(R"({"status":200})");
  client.pass(Millis{0});
  expect_eq(client.user.told(), Lines{"closed 1000 "});

  Polling stuck;
  stuck.open();
  stuck.post({"[leave]"});
  stuck.transport.close(1000);
  stuck.pass(Millis{2'000});
  stuck.pass(Millis{0});
  expect_eq(stuck.user.told(), Lines{"closed 1000 "});
}

PHX_TEST("a message's callback may close: nothing follows") {
  Polling client;
  client.open();
  client.user.on_message = [&] { client.transport.close(1000); };
  client.polls().answer(R"({"messages":["[1]","[2]"],"status":200,"token":"T"})");
  client.pass(Millis{0});
  expect_eq(client.user.told(), (Lines{"[1]", "closed 1000 "}));
}

PHX_TEST("an answer over the limits, or a message over max_message, ends the session") {
  Polling client({.max_message = 10});
  client.open();
  client.polls().answer(R"({"messages":["[2345678901]"],"status":200,"token":"T"})");
  client.pass(Millis{0});
  expect_eq(client.user.told(), Lines{"closed 1011 a message over max_message"});

  Polling endless;
  endless.polls().open();
  endless.polls().say("HTTP/1.1 200 OK\r\n");
  const std::string header = "x: " + std::string(1'000, 'y') + "\r\n";
  for (int i = 0; i < 70; ++i) endless.polls().say(header);
  endless.pass(Millis{0});
  expect(endless.user.told().at(0).ends_with("the answer's head is too large"), "the reason");
}
