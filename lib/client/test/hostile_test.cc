/// A server that says what no server should: the client keeps its own books, and its user hears
/// nothing twice.

#include "client/presence_state.h"
#include "testing/case.h"
#include "testing/client_fixture.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Lines = std::vector<std::string>;

std::string reply(const std::string& join_ref, const std::string& ref,
                  const std::string& payload = R"({"status":"ok","response":{}})") {
  return "[\"" + join_ref + "\",\"" + ref + R"(","room:a","phx_reply",)" + payload + "]";
}

}  // namespace

PHX_TEST("a reply to a push that was not sent yet is ignored, and the push goes out once") {
  ClientFixture client;
  const auto room = client.joined();
  client.lose();
  client.push(*room, "while");  // ref 2
  client.pass(Millis{10});
  client.link().user->opened();
  expect_eq(client.sent(), Lines{R"(["3","3","room:a","phx_join",{}])"});
  client.told();
  client.say(reply("3", "2"));
  expect_eq(client.told(), Lines{});
  client.say(reply("3", "3"));
  client.told();
  expect_eq(client.sent(), Lines{R"(["3","4","room:a","while",{}])"});
  client.say(reply("3", "4"));
  client.say(reply("3", "4"));
  expect_eq(client.told(), Lines{"while ok {}"});
}

PHX_TEST("a join that is answered neither ok nor error is tried again") {
  for (const char* answer :
       {R"({"status":"maybe","response":{}})", R"({"status":7})", "{}", "[]", R"("ok")", "null"}) {
    ClientFixture client;
    client.connect();
    const auto room = client.topic("room:a");
    room->join();
    client.sent();
    client.say(reply("1", "1", answer));
    expect(room->status() == TopicStatus::errored, answer);
    client.pass(Millis{1'000});
    expect_eq(client.sent(), Lines{R"(["2","2","room:a","phx_join",{}])"});
    client.say(reply("2", "2"));
    expect(room->status() == TopicStatus::joined, answer);
  }
}

PHX_TEST("replies to nothing, twice, or under another topic reach nobody") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "a");
  client.say(R"(["1","2","room:b","phx_reply",{"status":"ok","response":{}}])");
  client.say(reply("1", "99"));
  client.say(reply("1", ""));
  client.say(reply("1", "1", R"({"status":"error","response":{}})"));  // the join again
  client.say(R"(["9","9","room:b","phx_close",{}])");
  client.say(R"([null,null,"","phx_close",{}])");
  client.say(R"([null,"2","phoenix","phx_reply",{"status":"ok","response":{}}])");
  expect_eq(client.told(), Lines{});
  client.say(reply("1", "2"));
  client.say(reply("1", "2", R"({"status":"error","response":{}})"));
  expect_eq(client.told(), Lines{"a ok {}"});
  expect(room->status() == TopicStatus::joined, "still joined");
}

PHX_TEST("a channel that fails in every turn is joined once a second at most") {
  ClientFixture client;
  const auto room = client.joined();
  std::size_t joins = 0;
  for (int i = 0; i < 10'000; ++i) {
    client.say(R"([null,null,"room:a","phx_error",{}])");
    client.pass(Millis{1});
    for (const std::string& sent : client.sent()) {
      ++joins;
      client.say(
          reply(sent.substr(2, sent.find('"', 2) - 2), sent.substr(2, sent.find('"', 2) - 2)));
    }
    client.told();
  }
  expect(joins <= 10, std::to_string(joins));
  expect(client.timers.size() <= 3, std::to_string(client.timers.size()));
}

PHX_TEST("diffs whose list never comes keep sixteen megabytes at most") {
  client::PresenceState present;
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 100; ++i) {
    present.diff(Json::object({{"joins", Json::object({{"k" + std::to_string(i),
                                                        Json::object({{"metas", Json::array()},
                                                                      {"fill", large}})}})}}),
                 "1");
  }
  present.state(Json::object(), "1");
  expect(present.all().size() <= 16, std::to_string(present.all().size()));
  expect(present.all().contains("k99"), "the latest is there");
}

PHX_TEST("presences of the wrong shape harm nothing") {
  for (const char* text :
       {"null", "7", "[]", R"({"k":null})", R"({"k":{"metas":7}})", R"({"k":{"metas":{"a":1}}})",
        R"({"k":{"metas":[null,7,{"phx_ref":null},{"phx_ref":{}}]}})", R"({"":{"metas":[{}]}})",
        R"({"joins":7,"leaves":[]})", R"({"joins":{"k":{"metas":[[]]}},"leaves":{"k":7}})",
        R"({"joins":{"k":{}},"leaves":{"k":{"metas":null}}})"}) {
    client::PresenceState present;
    const Json odd = Json::parse(text);
    present.diff(odd, "1");
    present.state(odd, "1");
    present.diff(odd, "1");
    present.state(Json::object(), "1");
    expect_eq(present.all().size(), 0u);
  }
}

PHX_TEST("what a callback throws is reported, whatever it is") {
  ClientFixture client;
  const auto room = client.joined();
  room->on(1, "said", [](const Payload&) { throw 7; });
  client.say(R"([null,null,"room:a","said",{}])");
  expect_eq(client.told(), (Lines{"error a callback threw: something that is not an exception",
                                  "room:a said {}"}));
}
