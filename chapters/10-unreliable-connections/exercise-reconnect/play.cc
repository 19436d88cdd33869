/// A client and its connections, played at random: losses of all kinds, heartbeats, and a clock.
/// Without jitter, which is drawn by chance.

#include <map>
#include <stdexcept>

#include "chapters/workshop/play.h"
#include "testing/client_fixture.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Sequence;

std::string text_of(ClientStatus status) {
  switch (status) {
    case ClientStatus::closed: return "closed";
    case ClientStatus::connecting: return "connecting";
    case ClientStatus::open: return "open";
    case ClientStatus::waiting: return "waiting";
  }
  return "?";
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  ClientOptions options;
  options.heartbeat = Millis{1'000};
  options.connecting = Millis{500};
  options.reconnect_after =
      steps.of<std::vector<Millis>>({{Millis{10}, Millis{50}, Millis{700}, Millis{20}, Millis{300}},
                                     {Millis{10}},
                                     {},
                                     {Millis{0}, Millis{20}}});
  options.reconnect_after_normal_close = steps.below(2) == 1;
  if (steps.below(3) == 2) options.longpoll_fallback = Millis{300};
  std::string table;
  for (const Millis wait : options.reconnect_after) table += " " + std::to_string(wait.count());
  steps.does({},
             "a client with a heartbeat of 1000 ms, which tries again after" + table + " ms" +
                 (options.reconnect_after_normal_close ? ", after 1000 too" : "") +
                 (options.longpoll_fallback ? ", and goes over to long-polling after 300 ms" : ""));
  ClientFixture client(options);
  const auto room = client.topic("room:a");
  bool throws = false;
  std::size_t connects = 0;
  client.session.on_close([&](const client::Ending&) {
    client.heard.push_back("status then: " + text_of(client.session.status()));
    if (throws) throw std::runtime_error("a callback's");
    if (connects > 0 && connects-- > 0) client.session.connect();
  });
  client.session.on_close(
      [&](const client::Ending&) { client.heard.emplace_back("closed, says the second"); });
  std::map<const FakeLink*, bool> noted;
  while (steps.next()) {
    unsigned what = steps.of({6U, 6U, 3U, 4U, 4U, 2U, 2U, 0U, 1U, 3U, 5U, 6U});
    const bool open = client.session.status() == ClientStatus::open;
    if (!open && (what == 4 || (client.links.empty() && what != 5))) what = 2;
    const bool linked = !client.links.empty();
    if (what == 0) {
      steps.does({1, 2}, "connect()");
      client.session.connect();
    } else if (what == 1) {
      steps.does({14, 15, 16, 17}, "disconnect()");
      client.session.disconnect();
    } else if (what == 2) {
      steps.does({1, 2, 18}, "connect(), and the connection opens");
      client.session.connect();
      if (client.session.status() == ClientStatus::connecting) client.link().user->opened();
    } else if (what == 3 && linked && !client.link().destroyed &&
               !noted[client.links.back().get()]) {
      const unsigned code = steps.of({1006U, 1000U, 1011U, 1001U});
      const std::string why = steps.of({"", "because"});
      steps.does({1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13},
                 "the connection ends with " + std::to_string(code) + " " + why);
      noted[client.links.back().get()] = true;
      client.lose(code, why);
    } else if (what == 4) {
      const std::string ref = steps.of({"last", "last", "2", "0"});
      std::string answered = ref;
      for (const std::string& sent : client.link().sent) {
        if (ref == "last") answered = Json::parse(sent)[1].string_or("0");
      }
      const std::string event = steps.of({"phx_reply", "phx_reply", "phx_reply", "heartbeat"});
      steps.does({20, 22, 23, 24}, "on phoenix comes a " + event + " to " + answered);
      client.say("[null,\"" + answered + "\",\"phoenix\",\"" + event +
                 "\",{\"status\":\"ok\",\"response\":{}}]");
    } else if (what == 5) {
      throws = steps.below(3) == 2;
      connects = steps.below(3) == 1 ? 1 : 0;
      steps.does({13}, throws         ? "from now on a callback throws"
                       : connects > 0 ? "the next loss makes a callback connect"
                                      : "callbacks do nothing");
    } else {
      const long long time = steps.of({1'000LL, 500LL, 10LL, 500LL, 999LL, 1LL, 300LL, 2'000LL});
      const unsigned times = steps.of({1U, 1U, 1U, 1U, 1U, 6U});
      steps.does({1, 2, 3, 4, 8, 18, 19, 20, 21, 22, 23, 24},
                 std::to_string(time) + " ms pass" +
                     (times > 1 ? ", 6 times, and each time the connection is lost" : ""));
      for (unsigned n = 0; n < times; ++n) {
        client.pass(Millis{time});
        if (times == 1 || client.links.empty() || noted[client.links.back().get()]) continue;
        if (client.link().destroyed || client.link().closed_with) continue;
        noted[client.links.back().get()] = true;
        client.lose();
        client.heard.push_back("tries: " + std::to_string(client.links.size()));
      }
    }
    for (const std::string& line : client.told()) steps.comes("told: " + line);
    steps.comes("it is " + text_of(client.session.status()) + ", after " +
                std::to_string(client.links.size()) + " tries");
    for (const auto& link : client.links) {
      for (const std::string& line : link->sent) steps.comes("sent: " + line);
      if (!link->sent.empty() && link != client.links.back()) link->sent.clear();
      if (link->closed_with)
        steps.comes(link->attempt.target + " closed with " + std::to_string(*link->closed_with));
    }
  }
}
