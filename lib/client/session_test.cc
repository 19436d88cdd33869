/// A session, rule by rule, over a transport and a clock that the test holds. The ids are those of
/// the rules for clients.

#include "client/session.h"

#include <set>

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/client_fixture.h"

using namespace phx;
using namespace phx::testing;

using Lines = std::vector<std::string>;

PHX_TEST("C-01, C-02: the target has the parameters, percent-encoded, and the version") {
  ClientFixture client({.params = [] {
    return Json::object({{"user", "Zoë & co"}, {"tags", Json::array({"a", 1})}});
  }});
  client.session.connect();
  expect_eq(client.link().attempt.target,
            "/socket/websocket?tags%5B%5D=a&tags%5B%5D=1&user=Zo%C3%AB%20%26%20co&vsn=2.0.0");
  expect(client.session.status() == ClientStatus::connecting, "it is connecting");
}

PHX_TEST("an address may end in slashes, in /websocket, or in both") {
  for (const char* url :
       {"ws://a/socket/", "ws://a/socket/websocket", "ws://a/socket//websocket/"}) {
    ClientFixture client({}, url);
    client.session.connect();
    expect_eq(client.link().attempt.target, "/socket/websocket?vsn=2.0.0");
  }
}

PHX_TEST("an address or a version that can't be used is refused with a sentence") {
  for (const char* url :
       {"", "localhost:4000", "ftp://a/b", "ws:///socket", "ws://a b/c", "ws://a/\x01",
        "ws://a:4000x/b", "ws://a:1:2/b", "ws://a:x]/b", "ws://[::1]:x", "ws://a:99999/"}) {
    expect_throw<OptionError>([&] { ClientFixture client({}, url); });
  }
  expect_throw<OptionError>([] { ClientFixture client({.vsn = "3.0.0"}); });
}

PHX_TEST("C-14: a heartbeat goes out every interval, once its predecessor is answered") {
  ClientFixture client;
  client.connect();
  client.pass(Millis{29'999});
  expect_eq(client.sent(), Lines{});
  client.pass(Millis{1});
  expect_eq(client.sent(), Lines{R"([null,"1","phoenix","heartbeat",{}])"});
  client.say(R"([null,"1","phoenix","phx_reply",{"status":"ok","response":{}}])");
  client.pass(Millis{30'000});
  expect_eq(client.sent(), Lines{R"([null,"2","phoenix","heartbeat",{}])"});
}

PHX_TEST("C-15: a heartbeat without an answer ends the connection, and it is made again") {
  ClientFixture client;
  const auto room = client.joined();
  client.pass(Millis{60'000});
  expect_eq(client.told(),
            (Lines{"room:a errored heartbeat timeout", "error heartbeat timeout", "close 1006"}));
  expect_eq(client.link().closed_with.value_or(0), 1000u);
  client.pass(Millis{10});
  expect_eq(client.links.size(), 2u);
}

PHX_TEST("C-16: after each loss the connection comes back by itself") {
  for (const unsigned code : {1001u, 1005u, 1006u, 1011u, 1012u}) {
    ClientFixture client;
    client.connect();
    client.lose(code);
    expect(client.session.status() == ClientStatus::waiting, "it waits for its next try");
    client.pass(Millis{10});
    expect_eq(client.links.size(), 2u);
  }
}

PHX_TEST("C-17: tries are spaced by the table, whose last entry repeats") {
  ClientFixture client;
  client.session.connect();
  std::vector<Millis::rep> waits;
  for (int i = 0; i < 12; ++i) {
    client.lose();
    const auto before = client.timers.now();
    const std::size_t links = client.links.size();
    while (client.links.size() == links) client.pass(Millis{10});
    waits.push_back(std::chrono::duration_cast<Millis>(client.timers.now() - before).count());
  }
  expect_eq(waits, (std::vector<Millis::rep>{10, 50, 100, 150, 200, 250, 500, 1'000, 2'000, 5'000,
                                             5'000, 5'000}));
}

PHX_TEST("C-17: a server that opens and closes at once is not asked in a tight loop") {
  ClientFixture client;
  client.session.connect();
  for (int i = 0; i < 5; ++i) {
    client.link().user->opened();
    client.lose(1011);
    client.pass(Millis{250});
  }
  expect_eq(client.links.size(), 6u);
  client.link().user->opened();
  client.lose(1011);
  client.pass(Millis{249});
  expect_eq(client.links.size(), 6u);
}

PHX_TEST("C-17: once a message has come the table begins again") {
  ClientFixture client;
  client.session.connect();
  for (int i = 0; i < 5; ++i) {
    client.lose();
    client.pass(Millis{5'000});
  }
  client.link().user->opened();
  client.say(R"([null,null,"room:a","news",{}])");
  client.lose();
  client.pass(Millis{10});
  expect_eq(client.links.size(), 7u);
}

PHX_TEST("jitter adds to a wait, never takes away") {
  ClientFixture client({.jitter = 0.5});
  const std::vector<Millis> table{Millis{1'000}};
  std::set<Millis> drawn;
  for (int i = 0; i < 100; ++i) {
    const Millis wait = client.session.delay(table, 3);
    expect(wait >= Millis{1'000} && wait <= Millis{1'500}, "1 to 1.5 s");
    drawn.insert(wait);
  }
  expect(drawn.size() > 5, "each wait is drawn for itself");
}

PHX_TEST("C-18: after the server's 1000, or disconnect(), it does not come back") {
  ClientFixture client;
  client.connect();
  client.lose(1000);
  client.pass(Millis{60'000});
  expect_eq(client.links.size(), 1u);
  expect(client.session.status() == ClientStatus::closed, "it is closed");
  client.connect();
  client.session.disconnect();
  expect_eq(client.link().closed_with.value_or(0), 1000u);
  client.pass(Millis{60'000});
  expect_eq(client.links.size(), 2u);
  ClientFixture stubborn({.reconnect_after_normal_close = true});
  stubborn.connect();
  stubborn.lose(1000);
  stubborn.pass(Millis{10});
  expect_eq(stubborn.links.size(), 2u);
}

PHX_TEST("disconnect() while waiting cancels the next try") {
  ClientFixture client;
  client.connect();
  client.lose();
  client.session.disconnect();
  client.pass(Millis{60'000});
  expect_eq(client.links.size(), 1u);
}

PHX_TEST("C-20: parameters and token are asked for again at each try") {
  int asked = 0;
  ClientFixture client({.params =
                            [&] {
                              return Json::object({{"n", ++asked}});
                            },
                        .token = [&] { return "token " + std::to_string(asked); }});
  client.session.connect();
  client.lose();
  client.pass(Millis{10});
  expect_eq(client.link().attempt.target, "/socket/websocket?n=2&vsn=2.0.0");
  expect_eq(client.link().attempt.token.value_or(""), "token 2");
}

PHX_TEST("C-20: parameters that throw are reported, and asked for again") {
  int asked = 0;
  ClientFixture client({.params = [&]() -> Json {
    if (++asked < 3) throw std::runtime_error("no token yet");
    return Json::object();
  }});
  client.session.connect();
  expect_eq(client.told(), Lines{"error the parameters of a connection: no token yet"});
  client.pass(Millis{60});
  expect_eq(client.links.size(), 1u);
}

PHX_TEST("C-29: an unknown topic, or an event that nobody listens to, harms nothing") {
  ClientFixture client;
  const auto room = client.joined();
  client.say(R"([null,null,"room:other","news",{}])");
  client.say(R"(["7","8","room:other","phx_reply",{"status":"ok","response":{}}])");
  client.say(R"([null,"99","phoenix","phx_reply",{"status":"ok","response":{}}])");
  client.say(R"(["1",null,"room:a","phx_reply",{}])");
  expect_eq(client.told(), Lines{});
}

PHX_TEST("C-30: what can't be decoded is reported, and the connection goes on") {
  ClientFixture client;
  const auto room = client.joined();
  const Lines bad{"",         "{}",
                  "[]",       "[1,2]",
                  "not json", R"([null,null,7,"e",{}])",
                  "\xff",     R"(["1",null,"room:a","e",{})"};
  for (const std::string& text : bad) {
    client.say(text);
    const Lines told = client.told();
    expect(told.size() == 1 && told[0].starts_with("error a message that can't be read: "),
           "it is reported for " + text);
  }
  client.say(R"([null,null,"room:a","news",{}])");
  expect_eq(client.told(), Lines{"room:a news {}"});
}

PHX_TEST("C-31: a refused handshake is reported, and tries go on") {
  ClientFixture client;
  client.session.connect();
  client.lose(1006, "expected 101 Switching Protocols, got 403 Forbidden");
  expect_eq(client.told(),
            (Lines{"error expected 101 Switching Protocols, got 403 Forbidden", "close 1006"}));
  client.pass(Millis{10});
  expect_eq(client.links.size(), 2u);
}

PHX_TEST("a server that takes the connection and never answers is given up, and tried again") {
  ClientFixture client;
  client.session.connect();
  client.pass(Millis{10'000});
  expect_eq(client.heard,
            (Lines{"error the server did not answer the handshake in time", "close 1006"}));
  client.pass(Millis{10});
  expect_eq(client.links.size(), 2u);
}

PHX_TEST("C-38: a thousand reconnects leave nothing behind") {
  ClientFixture client;
  const auto room = client.joined();
  const std::size_t timers = client.timers.size();
  for (int i = 0; i < 1'000; ++i) {
    client.lose();
    client.pass(Millis{10});
    client.link().user->opened();
    const std::string ref = room->join_ref();
    client.say(R"([")" + ref + R"(",")" + ref +
               R"(","room:a","phx_reply",{"status":"ok","response":{}}])");
  }
  client.pass(Millis{0});
  expect_eq(client.timers.size(), timers);
  for (std::size_t i = 0; i + 1 < client.links.size(); ++i) {
    expect(client.links[i]->destroyed, "each old connection is gone");
  }
}

PHX_TEST("a callback that throws is reported, and the others are called") {
  ClientFixture client;
  const auto room = client.joined();
  room->on(1, "boom", [](const Payload&) { throw std::runtime_error("oh"); });
  client.say(R"([null,null,"room:a","boom",{}])");
  expect_eq(client.told(), (Lines{"error a callback threw: oh", "room:a boom {}"}));
}

PHX_TEST("a callback may disconnect, connect, leave and join again in the middle of anything") {
  ClientFixture client;
  const auto room = client.joined();
  room->on(1, "go", [&](const Payload&) {
    client.session.disconnect();
    client.session.connect();
  });
  client.say(R"([null,null,"room:a","go",{}])");
  expect_eq(client.links.size(), 2u);
  client.links[0]->user->closed({1000, ""});
  client.link().user->opened();
  client.pass(Millis{0});
  expect(client.links[0]->destroyed, "the old connection is gone");
  expect_eq(client.sent(), Lines{R"(["2","2","room:a","phx_join",{}])"});
}

// --- Going over to long-polling -----------------------------------------------------------------

namespace {

const ClientOptions with_fallback{.longpoll_fallback = Millis{2'500}};

/// The server answers the newest message of the client's.
void answer_last(ClientFixture& client) {
  const Json sent = Json::parse(client.sent().back());
  client.say("[null," + sent[1].dump() +
             R"(,"phoenix","phx_reply",{"status":"ok","response":{}}])");
}

}  // namespace

PHX_TEST("C-35: a websocket that does not open in time gives way to long-polling") {
  ClientFixture client(with_fallback);
  client.session.connect();
  expect(!client.link().attempt.longpoll, "a websocket first");
  client.pass(Millis{2'499});
  expect_eq(client.links.size(), 1u);
  client.pass(Millis{1});
  expect_eq(client.links.size(), 2u);
  expect(client.link().attempt.longpoll, "then long-polling");
  expect_eq(client.link().attempt.target, "/socket/longpoll?vsn=2.0.0");
  expect_eq(client.told(),
            (Lines{"error the websocket did not open in time; going over to long-polling",
                   "close 1006"}));
  client.link().user->opened();
  client.lose();
  client.pass(Millis{10});
  expect(client.link().attempt.longpoll, "and it stays with that");
}

PHX_TEST("C-35: a websocket that is refused gives way at once; one that worked before does not") {
  ClientFixture client(with_fallback);
  client.session.connect();
  client.lose(1006, "expected 101 Switching Protocols, got 404 Not Found");
  client.pass(Millis{0});
  expect(client.links.size() == 2 && client.link().attempt.longpoll, "at once");

  ClientFixture known(with_fallback);
  known.connect();
  answer_last(known);
  known.lose();
  for (int i = 0; i < 3; ++i) {
    known.pass(Millis{500});
    expect(!known.link().attempt.longpoll, "a restart says nothing about websockets");
    known.lose(1006, "Connection refused");
  }
}

PHX_TEST("C-35: a websocket that opens has to pass a message to and fro in the same time again") {
  ClientFixture client(with_fallback);
  client.session.connect();
  client.pass(Millis{2'000});
  client.link().user->opened();
  expect_eq(client.sent(), Lines{R"([null,"1","phoenix","heartbeat",{}])"});
  client.pass(Millis{2'499});
  expect_eq(client.links.size(), 1u);
  client.pass(Millis{1});
  expect(client.links.size() == 2 && client.link().attempt.longpoll, "long-polling");

  ClientFixture sound(with_fallback);
  sound.connect();
  answer_last(sound);
  sound.pass(Millis{29'999});
  expect_eq(sound.links.size(), 1u);
}

PHX_TEST("C-35: after a websocket that worked, long-polling is left again when it is lost") {
  ClientFixture client(with_fallback);
  client.connect();
  answer_last(client);
  client.lose();
  client.pass(Millis{10});
  client.pass(Millis{2'500});
  expect(client.link().attempt.longpoll, "it was late");
  client.link().user->opened();
  client.lose();
  client.pass(Millis{500});
  expect(!client.link().attempt.longpoll, "a websocket again");
}

PHX_TEST("C-35: what one client found out, those that share its memory know") {
  auto memory = std::make_shared<FallbackMemory>();
  const ClientOptions options{.longpoll_fallback = Millis{2'500}, .fallback_memory = memory};
  ClientFixture first(options);
  first.session.connect();
  first.pass(Millis{2'500});
  expect(!memory->knows("ws://host/socket"), "only once long-polling has opened");
  first.link().user->opened();
  expect(memory->knows("ws://host/socket"), "per endpoint");
  ClientFixture second(options);
  second.session.connect();
  expect(second.link().attempt.longpoll, "long-polling at once");
  ClientFixture elsewhere(options, "ws://other/socket");
  elsewhere.session.connect();
  expect(!elsewhere.link().attempt.longpoll, "another endpoint is tried");
}

PHX_TEST(
    "without longpoll_fallback nothing but a websocket is tried; or nothing but long-polling") {
  ClientFixture client;
  client.session.connect();
  client.pass(Millis{5'000});
  client.lose();
  client.pass(Millis{10});
  expect(!client.link().attempt.longpoll, "a websocket");
  ClientFixture polling({.transport = ClientTransport::longpoll});
  polling.connect();
  expect(polling.link().attempt.longpoll, "long-polling");
  expect_eq(polling.sent(), Lines{});
}
