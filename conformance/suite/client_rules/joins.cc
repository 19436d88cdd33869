/// How a client joins, and joins again.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

// Before a new join. The suite asks for twice as long, and the default is 1 s.
constexpr Millis least_pause{200};
constexpr char pausing[] = R"("reconnect_ms":[20,50,100],"rejoin_ms":[400])";

CLIENT_RULE("C-04", must, 'J', "joins with the payload it was given, and with the ref as join_ref",
            "push.js send") {
  t.dial();
  Guest& guest = t.welcome();
  t.join("a", "room:1", R"("payload":{"as":"Ada Ω","n":[1,null]})");
  const Message join = guest.hear("phx_join").message;
  t.expect_same("the topic", "room:1", join.topic);
  const auto payload = parse_json(join.payload);
  if (!payload || !matches(*parse_json(R"({"as":"Ada Ω","n":[1,null]})"), *payload)) {
    t.violated(R"(the payload {"as":"Ada Ω","n":[1,null]})", join.payload);
  }
  if (join.ref == "null") t.violated("a ref", join.text());
  t.expect_same("the ref as join_ref,", join.ref, join.join_ref);
}

CLIENT_RULE("C-05", must, 'J', "puts that join_ref into each later message on the topic",
            "push.js send") {
  Guest& guest = t.joined();
  t.push("1", "say");
  t.push("2", "say");
  for (int n = 0; n < 2; ++n) {
    const Heard said = guest.hear("say");
    t.expect_same("the join_ref of the join,", t.join_ref(), said.message.join_ref);
    guest.reply(said);
  }
}

CLIENT_RULE(
    "C-19", must, 'J',
    "when it comes back, joins each topic that was joined, and none that was left, with a new "
    "ref and join_ref",
    "channel.js rejoin") {
  Guest& guest = t.joined();
  const std::string before = t.join_ref();
  t.join("left", "room:left");
  t.let_in(guest, "room:left", "left");
  t.join("b", "room:2");
  const Heard second = t.let_in(guest, "room:2", "b");
  t.leave("left");
  guest.reply(guest.hear("phx_leave", "room:left"));
  t.expect(R"({"on":"left","channel":"left"})");
  guest.reset();
  Guest& again = t.welcome();
  const Heard rejoin = t.let_in(again, "room:1", "a");
  const Heard other = t.let_in(again, "room:2", "b");
  const bool has_join_ref = rejoin.message.join_ref != "null";  // C-04 judges that
  if (has_join_ref && rejoin.message.join_ref == before) {
    t.violated("another join_ref than the first join's " + before, rejoin.message.text());
  }
  if (has_join_ref && rejoin.message.join_ref != rejoin.message.ref) {
    t.violated("the ref as join_ref", rejoin.message.text());
  }
  if (rejoin.message.ref == other.message.ref || other.message.ref == second.message.ref) {
    t.violated("a new ref for each join", other.message.text());
  }
  t.settle(again);
  for (const Heard& heard : again.inbox()) {
    if (heard.message.topic == "room:left") {
      t.violated("no join of the topic that was left", heard.message.text());
    }
  }
}

/// A new join of room:1 came, but not at once.
Heard rejoined_in_time(ClientTrial& t, Guest& guest, Clock::time_point since) {
  Heard join = guest.hear("phx_join", "room:1", t.time("rejoin_ms", Millis{0}));
  const auto after = std::chrono::duration_cast<Millis>(join.at - since);
  if (after < least_pause) {
    t.violated("a pause before the new join", fmt::format("one after {} ms", after.count()));
  }
  return join;
}

CLIENT_RULE("C-23", must, 'J',
            "tells the user of a phx_error, and joins again after a pause (1, 2, 5, then 10 s)",
            "channel.js onError") {
  t.dial_plainly(pausing);
  Guest& guest = t.welcome();
  t.join("a", "room:1");
  t.let_in(guest);
  const std::string before = t.join_ref();
  guest.push(before, "room:1", "phx_error");
  const auto since = Clock::now();
  t.expect(R"({"on":"error","channel":"a"})");
  const Heard join = rejoined_in_time(t, guest, since);
  guest.reply(join);
  t.expect(R"({"on":"joined","channel":"a"})");
  if (join.message.join_ref == before) {
    t.violated("another join_ref than the first join's", join.message.text());
  }
  t.settle(guest);
}

CLIENT_RULE("C-26", should, 'J',
            "tells the reason of a refused join, and tries again after a pause",
            "channel.js joinPush error") {
  t.dial_plainly(pausing);
  Guest& guest = t.welcome();
  t.join("a", "room:1");
  guest.reply(guest.hear("phx_join"), "error", R"({"reason":"not yet"})");
  const auto since = Clock::now();
  t.expect(R"({"on":"refused","channel":"a","response":{"reason":"not yet"}})");
  guest.reply(rejoined_in_time(t, guest, since));
  t.expect(R"({"on":"joined","channel":"a"})");
  t.settle(guest);
}

CLIENT_RULE("C-27", should, 'J',
            "tells of a join that has no answer in time, sends phx_leave, and tries again",
            "channel.js joinPush timeout") {
  const Millis timeout = t.time("timeout_ms", Millis{200});
  t.dial(fmt::format(R"("timeout_ms":{})", timeout.count()));
  Guest& guest = t.welcome();
  t.join("a", "room:1");
  const Heard join = guest.hear("phx_join");
  t.expect(R"({"on":"timeout","channel":"a"})", timeout);
  const Heard leave = guest.hear("phx_leave", "room:1");
  t.expect_same("the join_ref of the join,", join.message.join_ref, leave.message.join_ref);
  const Heard again = guest.hear("phx_join", "room:1", t.time("rejoin_ms", Millis{0}));
  if (again.message.ref == join.message.ref) t.violated("a new ref", again.message.text());
  guest.reply(again);
  t.expect(R"({"on":"joined","channel":"a"})");
}

CLIENT_RULE("C-28", should, 'J', "leaves a topic's first channel before it joins a second one",
            "socket.js leaveOpenTopic") {
  t.need("second_channel");
  Guest& guest = t.joined();
  const std::string first = t.join_ref();
  t.join("b", "room:1");
  t.until([&guest] { return !guest.inbox().empty(); }, "phx_leave, then phx_join");
  const Message next = guest.inbox().front().message;
  t.expect_same("first of all", "phx_leave", next.event);
  if (!guest.v1()) t.expect_same("under the first join's join_ref", first, next.join_ref);
  guest.reply(guest.hear("phx_leave"));
  guest.push(first, "room:1", "phx_close");
  t.let_in(guest, "room:1", "b");
  t.settle(guest, "room:1", "b");
}

}  // namespace
}  // namespace phx::conformance
