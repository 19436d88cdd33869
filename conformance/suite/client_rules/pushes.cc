/// What becomes of a push: its reply, its timeout, the wait for a join or a connection.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

CLIENT_RULE("C-06", must, 'R', "never has two messages under one ref that wait for a reply",
            "socket.js makeRef") {
  const Millis every = t.time("heartbeat_ms", Millis{100});
  Guest& guest = t.joined(fmt::format(R"("heartbeat_ms":{})", every.count()));
  guest.answer_heartbeats(false);
  t.join("b", "room:2");
  constexpr int pushes = 20;
  for (int n = 0; n < pushes; ++n) t.push(std::to_string(n), "say");
  std::set<std::string> refs;
  const auto add = [&](const Message& message) {
    if (message.ref == "null") t.violated("a ref", message.text());
    if (!refs.insert(message.ref).second) {
      t.violated("a ref that no other message waits under", message.text());
    }
  };
  add(guest.hear("phx_join", "room:2").message);
  for (int n = 0; n < pushes; ++n) add(guest.hear("say").message);
  if (t.is_fixed("heartbeat_ms")) return;
  t.until([&guest] { return !guest.heartbeats().empty(); }, "a heartbeat", every);
  const Message& beat = guest.heartbeats().back().message;
  if (beat.ref != "null") add(beat);  // without one it does not wait
}

CLIENT_RULE("C-07", must, 'R', "finds a reply's push by its ref, in whatever order replies come",
            "push.js startTimeout") {
  Guest& guest = t.joined();
  t.push("1", "first");
  t.push("2", "second");
  const Heard one = guest.hear("first");
  const Heard two = guest.hear("second");
  guest.reply(two, "ok", R"({"to":"second"})");
  guest.reply(one, "ok", R"({"to":"first"})");
  t.expect(R"({"on":"reply","id":"2","status":"ok","response":{"to":"second"}})");
  t.expect(R"({"on":"reply","id":"1","status":"ok","response":{"to":"first"}})");
}

CLIENT_RULE("C-08", must, 'R', "tells ok and error apart, with the response, whatever JSON it is",
            "push.js matchReceive") {
  Guest& guest = t.joined();
  int id = 0;
  for (const char* response :
       {"{}", R"({"a":[1,null,{"b":false}]})", R"(["x",2])", R"("text")", "42", "true", "null"}) {
    for (const char* status : {"ok", "error"}) {
      t.push(std::to_string(++id), "say");
      guest.reply(guest.hear("say"), status, response);
      t.expect(fmt::format(R"({{"on":"reply","id":"{}","status":"{}","response":{}}})", id, status,
                           response));
    }
  }
}

CLIENT_RULE("C-09", must, 'R',
            "tells the user once that no reply came in time (10 s), and ignores a late one",
            "push.js startTimeout") {
  const Millis timeout = t.time("timeout_ms", Millis{250});
  Guest& guest = t.joined(fmt::format(R"("timeout_ms":{})", timeout.count()));
  t.push("1", "say");
  const Heard said = guest.hear("say");
  t.expect(R"({"on":"timeout","id":"1"})", timeout);
  guest.reply(said);
  t.settle(guest);
  t.expect_none(R"({"on":"reply","id":"1"})", "no reply after the timeout");
  t.expect_none(R"({"on":"timeout","id":"1"})", "one timeout");
}

CLIENT_RULE("C-10", must, 'R', "loses no reply that comes at once: 200 pushes, 200 replies",
            "push.js send") {
  Guest& guest = t.joined();
  guest.answer_at_once("say");
  constexpr int pushes = 200;
  for (int n = 0; n < pushes; ++n) {
    t.push(std::to_string(n), "say", fmt::format(R"({{"n":{}}})", n));
    t.expect(fmt::format(R"({{"on":"reply","id":"{0}","status":"ok","response":{{"n":{0}}}}})", n));
  }
}

bool is_kept_push(const Heard& heard) {
  const std::string& event = heard.message.event;
  return event.size() == 2 && event.front() == 'p';
}

/// Pushes p1 … p3 came, each once, in this order.
void came_in_order(ClientTrial& t, Guest& guest) {
  const auto came = [&guest] {
    return std::count_if(guest.inbox().begin(), guest.inbox().end(), is_kept_push);
  };
  t.until([&came] { return came() >= 3; }, "p1, p2, p3");
  std::string order;
  for (const Heard& heard : guest.inbox()) {
    if (!is_kept_push(heard)) continue;
    order += (order.empty() ? "" : ", ") + heard.message.event;
    guest.reply(heard);
  }
  t.expect_same("each push once, in order:", "p1, p2, p3", order);
}

void no_push_yet(ClientTrial& t, Guest& guest, const char* why) {
  for (const Heard& heard : guest.inbox()) {
    if (heard.message.topic == "room:1" && heard.message.event != "phx_join") {
      t.violated(why, heard.message.text());
    }
  }
}

CLIENT_RULE("C-11", must, 'R',
            "keeps what is pushed during the join, and sends it in order after the join's ok",
            "channel.js pushBuffer") {
  t.dial();
  Guest& guest = t.welcome();
  t.join("a", "room:1");
  const Heard join = guest.hear("phx_join", "room:1");
  t.push("1", "p1");
  t.push("2", "p2");
  t.push("3", "p3");
  t.join("b", "room:2");  // its join shows that the pushes were made
  guest.hear("phx_join", "room:2");
  no_push_yet(t, guest, "no push before the join's ok");
  guest.reply(join);
  t.expect(R"({"on":"joined","channel":"a"})");
  came_in_order(t, guest);
  for (const char* id : {"1", "2", "3"}) {
    t.expect(fmt::format(R"({{"on":"reply","id":"{}","status":"ok"}})", id));
  }
}

CLIENT_RULE(
    "C-12", should, 'R',
    "keeps what is pushed while it is away, and sends it after the new join, once, or lets it "
    "time out",
    "channel.js pushBuffer") {
  Guest& guest = t.joined();
  t.door(Door::closed);
  guest.reset();
  t.expect(R"({"on":"closed"})");
  const std::size_t before = t.tries();
  t.push("1", "p1");
  t.push("2", "p2");
  t.push("3", "p3");
  t.until([&t, before] { return t.tries() >= before + 2; }, "tries against the closed port",
          t.time("reconnect_ms", Millis{0}));
  t.door(Door::open);
  Guest& again = t.welcome(t.time("reconnect_ms", Millis{0}));
  // Its waits may have grown meanwhile.
  const Heard join = again.hear("phx_join", "room:1", 20 * t.time("rejoin_ms", Millis{0}));
  no_push_yet(t, again, "no push before the new join's ok");
  again.reply(join);
  t.expect(R"({"on":"joined","channel":"a"})");
  const auto timeouts = [&t] { return t.count(R"({"on":"timeout"})"); };
  t.until([&] { return !again.inbox().empty() || timeouts() > 0; },
          "what was pushed, or its timeout");
  if (again.inbox().empty()) return;
  came_in_order(t, again);
  for (const char* id : {"1", "2", "3"}) {
    t.expect(fmt::format(R"({{"on":"reply","id":"{}","status":"ok"}})", id));
  }
}

CLIENT_RULE(
    "C-13", must, 'R',
    "does not send a push again that was sent before the connection was lost, and tells of an "
    "error or a timeout",
    "channel.js push") {
  const Millis timeout = t.time("timeout_ms", Millis{1'000});
  Guest& guest = t.joined(fmt::format(R"("timeout_ms":{})", timeout.count()));
  t.push("1", "pay");
  guest.hear("pay");
  guest.reset();
  Guest* again = t.returns() ? &t.welcome() : nullptr;  // C-16 judges that, and C-19 the join
  if (again != nullptr && t.let_back_in(*again)) {
    t.push("2", "next");
    again->reply(again->hear("next"));
    t.expect(R"({"on":"reply","id":"2","status":"ok"})");
  }
  t.until(
      [&t] {
        return t.count(R"({"on":"timeout","id":"1"})") > 0 ||
               t.count(R"({"on":"reply","id":"1","status":"error"})") > 0;
      },
      R"(a report {"on":"timeout","id":"1"} or one of an error)", timeout);
  if (again == nullptr) return;
  for (const Heard& heard : again->inbox()) {
    if (heard.message.event == "pay") {
      t.violated("no push that was sent before", heard.message.text());
    }
  }
}

}  // namespace
}  // namespace phx::conformance
