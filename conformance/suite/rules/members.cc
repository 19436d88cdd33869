/// B: broadcasts while members come and go.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

void leave(Client& client) {
  client.send(R"(["1","l","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["1","l","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
}

/// Joins {other} with join_ref "o".
void join_other(Client& client) {
  client.send(R"(["o","o","{other}","phx_join",{}])");
  client.expect(R"(["o","o","{other}","phx_reply",{ok}])");
}

/// The first member broadcasts this on {topic}; it and all others get it once.
void broadcast_among(const std::vector<Client*>& members, int n) {
  const auto frame = fmt::format(R"([{{any}},{{any}},"{{topic}}","broadcasted",{{"n":{}}}])", n);
  members.front()->send(fmt::format(R"(["1","b","{{topic}}","broadcast",{{"n":{}}}])", n));
  members.front()->expect_in_any_order({frame, R"(["1","b","{topic}","phx_reply",{ok}])"});
  for (std::size_t i = 1; i < members.size(); ++i) members[i]->expect(frame);
}

RULE("B-13", must, contract, "when some members leave, in any order, all others stay members",
     "Phoenix.PubSub subscriptions") {
  // By the order of joining: from the front, from the back, from the middle.
  const std::vector<std::vector<std::size_t>> orders{
      {0, 1, 2, 3}, {4, 3, 2, 1}, {2, 1, 3, 0}, {0, 2, 4, 1}, {3, 0, 4, 2}};
  int n = 0;
  for (const auto& order : orders) {
    std::vector<Client*> members;
    while (members.size() <= order.size()) members.push_back(&t.join());
    const std::vector<Client*> everybody = members;
    for (const std::size_t leaver : order) {
      leave(*everybody[leaver]);
      everybody[leaver]->forget();  // another rule judges whether a leave takes effect at once
      std::erase(members, everybody[leaver]);
      broadcast_among(members, ++n);
    }
    leave(*members.front());
    members.front()->forget();
    // After all have left, new members get everything once; one of them was a member before.
    Client& again = *members.front();
    again.send(R"(["1","1","{topic}","phx_join",{}])");
    again.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
    Client& late = t.join();
    for (const auto& both : {std::vector{&again, &late}, std::vector{&late, &again}}) {
      broadcast_among(both, ++n);
    }
    for (Client* each : {&late, &again}) leave(*each);
    late.forget();
  }
}

RULE("B-14", must, contract, "an event is sent under any name that the channel gives it",
     "Channel.Server.push") {
  Client& client = t.join();
  for (const char* event : {"phx_custom", "", "phx_reply", "phx_close", "phx_error", "heartbeat",
                            R"(q\" b\\ \n\u0001 é 😀)"}) {
    client.send(
        fmt::format(R"(["1","2","{{topic}}","push",{{"event":"{}","payload":{{"k":1}}}}])", event));
    client.expect(fmt::format(R"(["1",null,"{{topic}}","{}",{{"k":1}}])", event));
  }
  client.send(R"(["1","3","{topic}","ack",{}])");  // none of them ended the channel
  client.expect(R"(["1","3","{topic}","phx_reply",{ok}])");
}

RULE("B-15", must, contract, "a channel that has ended, in whatever way, is no longer a member",
     "Phoenix.PubSub subscriptions end with their process") {
  Client& publisher = t.join();
  join_other(publisher);
  std::vector<Client*> gone;
  Client& turned_away = t.join();
  join_other(turned_away);
  turned_away.send(R"(["2","2","{topic}","phx_join",{"join":"error"}])");
  turned_away.expect(R"(["2","2","{topic}","phx_reply",{"status":"error","response":{any}}])");
  turned_away.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
  gone.push_back(&turned_away);
  for (const char* how : {"stop", "stop_shutdown", "stop_error", "exit", "crash"}) {
    Client& client = t.join();
    join_other(client);
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{{}}])", how));
    client.expect(R"(["1","1","{topic}",{any},{any}])");
    gone.push_back(&client);
  }

  // A subscription may end a moment after its process: a member that still gets it is checked
  // again.
  constexpr Millis moment{30};
  const auto start = Clock::now();
  t.wait(moment);
  t.in_time(start, moment, [&] {
    broadcast_among({&publisher}, 1);
    publisher.send(R"(["o","later","{other}","broadcast_from",{"later":true}])");
    publisher.expect(R"(["o","later","{other}","phx_reply",{ok}])");
    for (Client* client : gone) {
      client->expect(R"([{any},{any},"{other}","broadcasted",{"later":true}])");
    }
  });
}

RULE("B-17", must, contract, "a broadcast reaches every member of a large crowd",
     "Phoenix.PubSub dispatch") {
  constexpr int crowd = 200;
  std::vector<Client*> members;
  for (int i = 0; i < crowd; ++i) members.push_back(&t.join());
  broadcast_among(members, 1);
  leave(*members.front());
  members.front()->forget();
  members.erase(members.begin());
  broadcast_among(members, 2);
}

RULE("B-18", must, contract, "a broadcast is only for its topic, in which every character counts",
     "Phoenix.PubSub (a topic is a key)") {
  const std::vector<std::string> rests{"",   "a", "A", "aa",         "a ",         " a",
                                       "a:", "*", "á", R"(a\u0000)", R"(a\u0000b)"};
  const auto join = [](Client& client, const std::string& rest) {
    client.send(fmt::format(R"(["1","1","{{topic}}{}","phx_join",{{}}])", rest));
    client.expect(fmt::format(R"(["1","1","{{topic}}{}","phx_reply",{{ok}}])", rest));
  };
  const auto broadcast_on = [](const std::string& rest) {
    return fmt::format(R"([null,null,"{{topic}}{}","broadcasted",{{"n":1}}])", rest);
  };
  Client& everywhere = t.connect();
  for (const std::string& rest : rests) join(everywhere, rest);
  // A broadcast says its topic: only a member of one alone sees that it came to the wrong members.
  Client& of_the_short = t.connect();
  join(of_the_short, "a");
  Client& of_the_long = t.connect();
  join(of_the_long, R"(a\u0000b)");
  for (const std::string& rest : rests) {
    everywhere.send(fmt::format(R"(["1","2","{{topic}}{}","broadcast",{{"n":1}}])", rest));
    everywhere.expect_in_any_order(
        {broadcast_on(rest), fmt::format(R"(["1","2","{{topic}}{}","phx_reply",{{ok}}])", rest)});
  }
  of_the_short.expect(broadcast_on("a"));
  of_the_long.expect(broadcast_on(R"(a\u0000b)"));
  for (Client* client : {&everywhere, &of_the_short, &of_the_long}) client->expect_silence();
}

}  // namespace
}  // namespace phx::conformance
