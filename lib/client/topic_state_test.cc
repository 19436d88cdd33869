/// A topic's joins, pushes and end, rule by rule: see session_test.cc.

#include "client/topic_state.h"

#include "testing/case.h"
#include "testing/client_fixture.h"

using namespace phx;
using namespace phx::testing;

using Lines = std::vector<std::string>;

namespace {

std::string reply(const std::string& join_ref, const std::string& ref,
                  const std::string& status = "ok", const std::string& response = "{}") {
  return "[\"" + join_ref + "\",\"" + ref + R"(","room:a","phx_reply",{"status":")" + status +
         R"(","response":)" + response + "}]";
}

}  // namespace

PHX_TEST("C-04: a join carries its payload, and its join_ref is its ref") {
  ClientFixture client;
  client.connect();
  const auto room = client.topic("room:a", R"({"name":"Ann"})");
  room->join();
  expect_eq(client.sent(), Lines{R"(["1","1","room:a","phx_join",{"name":"Ann"}])"});
  client.say(reply("1", "1", "ok", R"({"seats":3})"));
  expect_eq(client.told(), (Lines{"open", R"(room:a join ok {"seats":3})"}));
  expect(room->status() == TopicStatus::joined, "joined");
}

PHX_TEST("C-05, C-06: later messages carry the join_ref, each with a ref of its own") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "a");
  client.push(*room, "b", {{"n", 1}});
  expect_eq(client.sent(),
            (Lines{R"(["1","2","room:a","a",{}])", R"(["1","3","room:a","b",{"n":1}])"}));
}

PHX_TEST("C-07, C-08: replies find their push by ref, in any order, ok and error apart") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "a");
  client.push(*room, "b");
  client.push(*room, "c");
  client.say(reply("1", "3", "error", "[null]"));
  client.say(reply("1", "2", "ok", "\"text\""));
  client.say(reply("1", "4", "later", "9007199254740992"));
  expect_eq(client.told(), (Lines{"b error [null]", R"(a ok "text")", "c later 9007199254740992"}));
}

PHX_TEST("C-09: without a reply in time the user hears timeout, once; a late reply is ignored") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "a");
  client.pass(Millis{9'999});
  expect_eq(client.told(), Lines{});
  client.pass(Millis{1});
  expect_eq(client.told(), Lines{"a timeout {}"});
  client.say(reply("1", "2"));
  client.pass(Millis{10'000});
  expect_eq(client.told(), Lines{});
}

PHX_TEST("C-10: a receiver that is registered after the reply has come still hears it") {
  ClientFixture client;
  const auto room = client.joined();
  const auto push = client.push(*room, "a");
  client.say(reply("1", "2"));
  std::string late;
  push->receive(
      "ok", [&](const client::Answer& answer) { late += answer.status; },
      [](const auto& call) { call(); });
  push->receive(
      "error", [&](const client::Answer& answer) { late += answer.status; },
      [](const auto& call) { call(); });
  expect_eq(late, "ok");
}

PHX_TEST("C-11: what is pushed while the join is under way goes out after its ok, in order") {
  ClientFixture client;
  client.connect();
  const auto room = client.topic("room:a");
  client.push(*room, "before");
  room->join();
  client.push(*room, "while");
  expect_eq(client.sent().size(), 1u);
  client.say(reply("2", "2"));
  expect_eq(client.sent(),
            (Lines{R"(["2","4","room:a","before",{}])", R"(["2","5","room:a","while",{}])"}));
}

PHX_TEST("C-12: what is pushed while away goes out after the rejoin, once") {
  ClientFixture client;
  const auto room = client.joined();
  client.lose();
  client.push(*room, "while");
  client.pass(Millis{10});
  client.link().user->opened();
  expect_eq(client.sent(), Lines{R"(["3","3","room:a","phx_join",{}])"});
  client.say(reply("3", "3"));
  expect_eq(client.sent(), Lines{R"(["3","4","room:a","while",{}])"});
  client.lose();
  client.pass(Millis{10});
  client.link().user->opened();
  client.say(reply("5", "5"));
  expect_eq(client.sent(), Lines{R"(["5","5","room:a","phx_join",{}])"});
}

PHX_TEST("C-12: what waits longer than its time is reported as timeout, and never sent") {
  ClientFixture client;
  const auto room = client.joined();
  client.lose();
  client.push(*room, "while");
  client.told();
  client.pass(Millis{10'000});
  expect_eq(client.told(), Lines{R"(while timeout {"reason":"not sent"})"});
  client.link().user->opened();
  client.say(reply("3", "3"));
  expect_eq(client.sent(), Lines{R"(["3","3","room:a","phx_join",{}])"});
}

PHX_TEST("C-13: a push that was sent before the loss is not sent again, and times out") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "a");
  client.lose();
  client.pass(Millis{10});
  client.link().user->opened();
  client.say(reply("3", "3"));
  client.told();
  expect_eq(client.sent(), Lines{R"(["3","3","room:a","phx_join",{}])"});
  client.pass(Millis{10'000});
  expect_eq(client.told(), Lines{"a timeout {}"});
}

PHX_TEST("C-19: on coming back what was joined is joined again, and what was left is not") {
  ClientFixture client;
  const auto room = client.joined();
  const auto other = client.topic("room:b");
  other->join();
  client.say(R"(["2","2","room:b","phx_reply",{"status":"ok","response":{}}])");
  client.leave(*other);
  client.say(R"(["2","3","room:b","phx_reply",{"status":"ok","response":{}}])");
  client.lose();
  client.pass(Millis{10});
  client.link().user->opened();
  expect_eq(client.sent(), Lines{R"(["4","4","room:a","phx_join",{}])"});
}

PHX_TEST("C-21: what belongs to another join is ignored") {
  ClientFixture client;
  const auto room = client.joined();
  client.lose();
  client.pass(Millis{10});
  client.link().user->opened();
  client.say(reply("2", "2"));
  client.told();
  for (const char* event : {"phx_close", "phx_error", "phx_reply", "news"}) {
    client.say(R"(["1","1","room:a",")" + std::string(event) +
               R"(",{"status":"ok","response":{}}])");
  }
  expect_eq(client.told(), Lines{});
  expect(room->status() == TopicStatus::joined, "still joined");
}

PHX_TEST("C-22: a broadcast reaches its topic, and no other") {
  ClientFixture client;
  const auto room = client.joined();
  const auto other = client.topic("room:b");
  other->join();
  client.say(R"([null,null,"room:b","news",{"n":1}])");
  expect_eq(client.told(), Lines{R"(room:b news {"n":1})"});
}

PHX_TEST("C-23: phx_error is reported, and the topic joins again after 1, 2, 5, then 10 s") {
  ClientFixture client;
  const auto room = client.joined();
  for (const int wait : {1'000, 2'000, 5'000, 10'000, 10'000}) {
    client.say("[\"" + room->join_ref() + R"(",null,"room:a","phx_error",{}])");
    expect_eq(client.told(), Lines{"room:a errored by the server"});
    client.pass(Millis{wait - 1});
    expect_eq(client.sent(), Lines{});
    client.pass(Millis{1});
    expect_eq(client.sent().size(), 1u);
    expect(room->status() == TopicStatus::joining, "it joins again");
  }
}

PHX_TEST("C-24: phx_close is reported, and the topic does not join again") {
  ClientFixture client;
  const auto room = client.joined();
  client.say(R"(["1",null,"room:a","phx_close",{}])");
  expect_eq(client.told(), Lines{"room:a closed"});
  client.pass(Millis{20'000});
  client.lose();
  client.pass(Millis{10});
  client.link().user->opened();
  expect_eq(client.sent(), Lines{});
  client.push(*room, "late");
  expect_eq(client.told().back(), R"(late error {"reason":"the topic is closed"})");
}

PHX_TEST("C-25: leave sends phx_leave, its end is reported, and nothing of the topic after that") {
  ClientFixture client;
  const auto room = client.joined();
  client.leave(*room);
  expect_eq(client.sent(), Lines{R"(["1","2","room:a","phx_leave",{}])"});
  client.say(R"([null,null,"room:a","news",{}])");
  client.say(reply("1", "2"));
  expect_eq(client.told(), (Lines{"room:a closed", "leave ok {}"}));
  client.say(R"(["1",null,"room:a","phx_close",{}])");
  client.say(R"([null,null,"room:a","news",{}])");
  client.pass(Millis{20'000});
  expect_eq(client.told(), Lines{});
}

PHX_TEST("C-25: a leave that is never answered ends in time; one while away ends at once") {
  ClientFixture client;
  const auto room = client.joined();
  client.leave(*room);
  client.pass(Millis{10'000});
  expect_eq(client.told(), (Lines{"room:a closed", "leave timeout {}"}));
  ClientFixture away;
  const auto lost = away.joined();
  away.lose();
  away.told();
  away.leave(*lost);
  expect_eq(away.told(), (Lines{"room:a closed", "leave ok {}"}));
}

PHX_TEST("C-26: a refused join is reported with its reason, and tried again") {
  ClientFixture client;
  client.connect();
  const auto room = client.topic("room:a");
  room->join();
  client.say(reply("1", "1", "error", R"({"reason":"full"})"));
  expect_eq(client.told(), (Lines{"open", R"(room:a join error {"reason":"full"})"}));
  client.pass(Millis{1'000});
  client.say(reply("2", "2"));
  expect_eq(client.told(), Lines{"room:a join ok {}"});
}

PHX_TEST("C-27: a join without an answer is reported as timeout, left, and tried again") {
  ClientFixture client;
  client.connect();
  const auto room = client.topic("room:a");
  room->join();
  client.pass(Millis{10'000});
  client.pass(Millis{1'000});
  expect_eq(client.sent(),
            (Lines{R"(["1","1","room:a","phx_join",{}])", R"(["1","2","room:a","phx_leave",{}])",
                   R"(["3","3","room:a","phx_join",{}])"}));
  client.say(reply("1", "1"));
  expect_eq(client.told(), (Lines{"open", "room:a join timeout {}"}));
  client.say(reply("3", "3"));
  expect_eq(client.told(), Lines{"room:a join ok {}"});
}

PHX_TEST("C-28: a second channel on a topic leaves the first before it joins") {
  ClientFixture client;
  const auto first = client.joined();
  const auto second = client.topic("room:a");
  second->join();
  expect_eq(client.sent(),
            (Lines{R"(["1","2","room:a","phx_leave",{}])", R"(["3","3","room:a","phx_join",{}])"}));
  client.say(reply("1", "2"));
  client.say(R"(["1",null,"room:a","phx_close",{}])");
  client.say(reply("3", "3"));
  expect_eq(client.told(), (Lines{"room:a closed", "room:a join ok {}"}));
  client.say(R"([null,null,"room:a","news",{}])");
  expect_eq(client.told(), Lines{"room:a news {}"});
}

PHX_TEST("C-34: binary pushes, replies and broadcasts have the protocol's layouts") {
  const auto bytes = [](std::initializer_list<int> sizes, const std::string& rest) {
    std::string all;
    for (const int size : sizes) all += static_cast<char>(size);
    return all + rest;
  };
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, "draw", Payload::binary("\x01\xff"));
  expect_eq(client.sent(), Lines{bytes({0, 1, 1, 6, 4}, "12room:adraw\x01\xff")});
  const auto say = [&](const std::string& frame) {
    client.link().user->received({serializer::Frame::binary, frame});
  };
  say(bytes({1, 1, 1, 6, 2}, "12room:aok\x02"));
  say(bytes({2, 6, 5}, "room:adrawn\x03"));
  say(bytes({0, 1, 6, 6}, "1room:apushed\x04"));
  say(bytes({0, 1, 6, 6}, "9room:apushed\x05"));  // of another join
  expect_eq(client.told(), (Lines{"draw ok \x02", "room:a drawn \x03", "room:a pushed \x04"}));
}

PHX_TEST("C-36: a payload reaches the user as sent") {
  ClientFixture client;
  const auto room = client.joined();
  const std::string payload = R"({"a":{"b":[null,9007199254740992,"é\u0000\ud83d\ude00"]},"c":{}})";
  client.say(R"([null,null,"room:a","news",)" + payload + "]");
  expect_eq(client.told(), Lines{"room:a news " + payload});
}

PHX_TEST("C-37, C-38: ten thousand pushes are answered in order, and leave nothing behind") {
  ClientFixture client;
  const auto room = client.joined();
  const std::size_t timers = client.timers.size();
  for (int i = 2; i < 10'002; ++i) client.push(*room, std::to_string(i));
  for (int i = 2; i < 10'002; ++i) client.say(reply("1", std::to_string(i)));
  const Lines told = client.told();
  expect_eq(told.size(), 10'000u);
  for (int i = 2; i < 10'002; ++i) {
    expect_eq(told[static_cast<std::size_t>(i) - 2], std::to_string(i) + " ok {}");
  }
  expect_eq(client.timers.size(), timers);
}

PHX_TEST("C-39: names such as __proto__ are ordinary") {
  for (const std::string name : {"__proto__", "constructor", "length", "phx"}) {
    ClientFixture client;
    const auto room = client.joined(name);
    std::string heard;
    room->on(1, name, [&](const Payload& payload) { heard = payload.view(); });
    client.say("[null,null,\"" + name + "\",\"" + name + "\",{\"" + name + "\":1}]");
    expect_eq(heard, "{\"" + name + "\":1}");
  }
}

PHX_TEST(
    "join's parameters are asked for at each join; those that throw are reported, and tried "
    "again") {
  ClientFixture client;
  client.connect();
  int asked = 0;
  const auto room =
      std::make_shared<client::TopicState>(client.session, "room:a",
                                           std::make_shared<client::PushState>(
                                               [&]() -> Payload {
                                                 if (++asked == 1)
                                                   throw std::runtime_error("no token");
                                                 return {{"n", asked}};
                                               },
                                               Millis{10'000}));
  client.session.add(room);
  room->join();
  expect_eq(client.sent(), Lines{});
  client.pass(Millis{1'000});
  expect_eq(client.sent(), Lines{R"(["1","1","room:a","phx_join",{"n":2}])"});
}

PHX_TEST("at the limits a push ends at once with error and a reason") {
  ClientFixture client({.max_waiting_pushes = 3, .max_waiting_bytes = 100});
  const auto room = client.joined();
  for (const char* event : {"a", "b", "c", "d"}) client.push(*room, event);
  expect_eq(client.told(), Lines{R"(d error {"reason":"too many pushes wait"})"});
  client.say(reply("1", "2"));
  client.told();
  client.push(*room, "large", {{"text", std::string(100, 'x')}});
  expect_eq(client.told(), Lines{R"(large error {"reason":"too many bytes wait"})"});
  client.link().waiting = 99;
  client.push(*room, "small");
  expect_eq(client.told(), Lines{R"(small error {"reason":"too many bytes wait"})"});
}

PHX_TEST("a message that can't be encoded ends at once with error and a reason") {
  ClientFixture client;
  const auto room = client.joined();
  client.push(*room, std::string(256, 'e'), Payload::binary("x"));
  expect(client.told().at(0).find("at most 255 bytes") != std::string::npos, "the reason");
  client.push(*room, "\xff");
  expect(client.told().at(0).find("UTF-8") != std::string::npos, "the reason");
}
