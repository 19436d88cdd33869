/// How a client stays connected: heartbeats, and how it comes back.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

constexpr Millis interval{250};           // of heartbeats, if the client lets its user set it
constexpr std::size_t max_a_second = 20;  // tries

CLIENT_RULE("C-14", must, 'K', "sends a heartbeat every interval (30 s)",
            "socket.js sendHeartbeat") {
  const Millis every = t.time("heartbeat_ms", interval);
  t.dial(fmt::format(R"("heartbeat_ms":{})", every.count()));
  Guest& guest = t.welcome();
  t.until([&guest] { return guest.heartbeats().size() >= 2; }, "two heartbeats", 2 * every);
  const auto& all = guest.heartbeats();
  for (const Heard& heard : all) {
    const Message& message = heard.message;
    const bool right =
        message.event == "heartbeat" && message.payload == "{}" && message.join_ref == "null";
    if (!right) t.violated(R"([null,"…","phoenix","heartbeat",{}])", message.text());
  }
  const auto between = std::chrono::duration_cast<Millis>(all[1].at - all[0].at);
  if (between < every / 2) {
    t.violated(fmt::format("a heartbeat every {} ms", every.count()),
               fmt::format("two within {} ms", between.count()));
  }
}

CLIENT_RULE("C-15", must, 'K',
            "gives the connection up, and makes a new one, if a heartbeat has no answer until the "
            "next one is due",
            "socket.js heartbeatTimeout") {
  const Millis every = t.time("heartbeat_ms", interval);
  t.dial(fmt::format(R"("heartbeat_ms":{})", every.count()));
  Guest& guest = t.welcome();
  guest.answer_heartbeats(false);
  t.until([&guest] { return !guest.heartbeats().empty(); }, "a heartbeat", every);
  guest.expect_end(3 * every);
  t.welcome(every);
}

/// The connection is lost in this way, and the client comes back. If it joins again, that comes
/// before the next loss; C-19 judges whether it does.
void comes_back(ClientTrial& t, Guest*& guest, bool& joins, const char* how, void (*lose)(Guest&)) {
  guest->note(fmt::format("lost: {}", how));
  t.drop(R"({"on":"open"})");
  lose(*guest);
  guest = &t.welcome();
  t.expect(R"({"on":"open"})");
  joins = joins && t.let_back_in(*guest);
}

CLIENT_RULE(
    "C-16", must, 'K',
    "comes back by itself after the connection was lost: reset, cut, closed with 1001, 1011 "
    "or 1012",
    "socket.js onConnClose") {
  Guest* guest = &t.joined();
  bool joins = true;
  comes_back(t, guest, joins, "reset", [](Guest& one) { one.reset(); });
  comes_back(t, guest, joins, "cut without a close frame", [](Guest& one) { one.cut(); });
  comes_back(t, guest, joins, "closed with 1001", [](Guest& one) { one.close(1001); });
  comes_back(t, guest, joins, "closed with 1011", [](Guest& one) { one.close(1011); });
  comes_back(t, guest, joins, "closed with 1012", [](Guest& one) { one.close(1012); });
}

CLIENT_RULE("C-17", must, 'K',
            "pauses between tries (10, 50, 100, 150, 200, 250, 500 ms, 1, 2, then 5 s): at most 20 "
            "in a second",
            "socket.js reconnectAfterMs") {
  t.dial_plainly();
  Guest& guest = t.welcome();
  t.expect(R"({"on":"open"})");
  t.door(Door::closed);
  const std::size_t before = t.tries();
  guest.reset();
  t.wait(Millis{1'000});
  const std::size_t within = t.tries() - before;
  if (within > max_a_second) {
    t.violated("at most 20 tries in the first second against a closed port",
               fmt::format("{} tries", within));
  }
  t.until([&] { return t.tries() > before; }, "a try against the closed port",
          t.time("reconnect_ms", Millis{0}));
}

CLIENT_RULE("C-18", should, 'K',
            "does not come back after its user's disconnect, nor after the server's close 1000",
            "socket.js disconnect") {
  const Millis a_while = 2 * t.time("reconnect_ms", Millis{250});
  const auto stays_away = [&](const char* after) {
    const std::size_t before = t.tries();
    t.wait(a_while);
    if (t.tries() > before) {
      t.violated(fmt::format("no new connection after {}", after), "a new connection");
    }
  };
  Guest& left = t.joined();
  t.disconnect();
  left.expect_end();
  stays_away("the user's disconnect");
  t.start_again();
  Guest& guest = t.joined();
  guest.close(1000);
  guest.expect_end();
  stays_away("the server's close 1000");
  t.expect(R"({"on":"closed"})");
}
}  // namespace
}  // namespace phx::conformance
