/// How a channel ends: by the server, and by its user.

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

CLIENT_RULE("C-24", must, 'L', "tells the user of a phx_close, and does not join again",
            "channel.js onClose") {
  Guest& guest = t.joined();
  t.join("b", "room:2");
  const std::string first = t.join_ref();
  t.let_in(guest, "room:2", "b");
  guest.push(first, "room:1", "phx_close");
  t.expect(R"({"on":"closed","channel":"a"})");
  const auto no_new_join = [&t](Guest& on) {
    t.wait(2 * t.time("rejoin_ms", Millis{100}));
    for (const Heard& heard : on.inbox()) {
      if (heard.message.topic == "room:1") {
        t.violated("no new join of a closed channel", heard.message.text());
      }
    }
  };
  no_new_join(guest);
  // On a new connection it might join again, and room:2 shows that it had its time.
  guest.reset();
  if (!t.returns()) return;  // C-16 judges that
  Guest& again = t.welcome();
  t.let_back_in(again, "room:2", "b");
  no_new_join(again);
}

CLIENT_RULE(
    "C-25", must, 'L',
    "leaves with phx_leave under the join_ref, tells the user when it is done, and delivers "
    "nothing of the topic afterwards",
    "channel.js leave") {
  Guest& guest = t.joined();
  const std::string own = t.join_ref();
  t.join("b", "room:2");
  t.let_in(guest, "room:2", "b");
  t.leave("a");
  const Heard leave = guest.hear("phx_leave", "room:1");
  const bool none = guest.v1() && leave.message.join_ref == "null";  // C-05 judges that
  if (!none) t.expect_same("the join_ref of the join,", own, leave.message.join_ref);
  guest.reply(leave);
  guest.push(own, "room:1", "phx_close");
  t.expect(R"({"on":"left","channel":"a"})");
  guest.broadcast("room:1", "said", R"({"late":1})");
  guest.push(own, "room:1", "said", R"({"late":2})");
  t.settle(guest, "room:2", "b");
  t.expect_none(R"({"on":"message","channel":"a"})", "nothing of a topic that was left");
}

}  // namespace
}  // namespace phx::conformance
