/// The soak's checker can fail: it reports whatever is dropped, repeated, swapped or made up.

#include "conformance/load/soak/ledger.h"

#include "testing/case.h"

using namespace phx::soak;
using namespace phx::testing;

namespace {

using std::chrono::seconds;

const std::string room = "room:a";

/// One connection whose client is in room:a with a feed, as of `now`.
struct Joined {
  Findings findings;
  Feed feed{room};
  Ledger ledger{findings, "ann"};
  Instant now{};
  std::uint64_t ref = 1;

  Joined() {
    ask(Effect::joins, &feed);
    reply(1);
    expect_eq(findings.count(), 0u);
  }
  /// Returns the question's ref.
  std::uint64_t ask(Effect effect = Effect::none, Feed* heard = nullptr) {
    ledger.asked(room, "1", ref, {}, effect, now, heard);
    return ref++;
  }
  void come(const std::string& text) { ledger.received(text, now); }
  void reply(std::uint64_t to, const std::string& payload = R"({"status":"ok","response":{}})") {
    come(R"(["1",")" + std::to_string(to) + R"(","room:a","phx_reply",)" + payload + "]");
  }
  void broadcast(std::uint64_t n) {
    come(R"([null,null,"room:a","broadcasted",{"n":)" + std::to_string(n) + "}]");
  }
  void intercepted(std::uint64_t n) {
    come(R"(["1",null,"room:a","intercepted",{"n":)" + std::to_string(n) + "}]");
  }
  void say(int numbers) {
    for (int i = 0; i < numbers; ++i) feed.say();
  }
  void expect_only(Wrong kind, std::size_t count = 1) const {
    expect_eq(findings.sentences().size(), count);
    expect_eq(findings.count(kind), count);
  }
};

}  // namespace

// --- Replies
// --------------------------------------------------------------------------------------

PHX_TEST("a conversation with everything once and in order has no faults") {
  Joined j;
  j.ask();
  j.ask();
  j.reply(2);
  j.say(3);
  for (int n = 0; n < 3; ++n) j.broadcast(n);
  for (int n = 0; n < 3; ++n) j.intercepted(n);
  j.reply(3);
  j.feed.confirmed(3, j.now);
  j.ledger.check_patience(j.now);
  expect(j.ledger.settled() && j.ledger.heard_all(), "nothing is owed");
  j.ask(Effect::leaves);
  j.reply(4);
  j.come(R"(["1","1","room:a","phx_close",{}])");
  expect_eq(j.findings.sentences(), std::vector<std::string>{});
}

PHX_TEST("a dropped reply is reported as missing, once its time is over") {
  Joined j;
  j.ask();
  expect(!j.ledger.settled(), "it is owed");
  j.ledger.check_patience(j.now - seconds(1));
  expect_eq(j.findings.count(), 0u);
  j.ledger.check_patience(j.now);
  j.expect_only(Wrong::missing);
  expect_eq(j.findings.sentences()[0],
            std::string("missing: ann: ref 2 on room:a was never answered"));
}

PHX_TEST("a repeated reply is reported") {
  Joined j;
  j.ask();
  j.reply(2);
  j.reply(2);
  j.expect_only(Wrong::doubled);
}

PHX_TEST("swapped replies are reported once") {
  Joined j;
  j.ask();
  j.ask();
  j.reply(3);
  j.reply(2);
  j.expect_only(Wrong::out_of_order);
  expect(j.ledger.settled(), "both have come");
}

PHX_TEST("a dropped reply with others after it is reported as overtaken, then as missing") {
  Joined j;
  j.ask();
  j.ask();
  j.ask();
  j.reply(3);
  j.reply(4);
  j.expect_only(Wrong::out_of_order);
  j.ledger.check_patience(j.now);
  expect_eq(j.findings.count(Wrong::missing), 1u);
}

PHX_TEST("a reply with another status, response, join_ref or topic is reported") {
  for (const char* payload :
       {R"({"status":"error","response":{}})", R"({"status":"ok","response":{"a":1}})"}) {
    Joined j;
    j.ask();
    j.reply(2, payload);
    j.expect_only(Wrong::unexpected);
  }
  for (const char* text :
       {R"(["2","2","room:a","phx_reply",{"status":"ok","response":{}}])",
        R"([null,"2","room:a","phx_reply",{"status":"ok","response":{}}])",
        R"(["1","2","room:b","phx_reply",{"status":"ok","response":{}}])",
        R"(["1","9","room:a","phx_reply",{"status":"ok","response":{}}])", "hello"}) {
    Joined j;
    j.ask();
    j.come(text);
    j.expect_only(Wrong::unexpected);
  }
}

PHX_TEST("an answer's latency is returned, except for slow requests") {
  Joined j;
  j.ask();
  j.now += seconds(2);
  expect(j.ledger.received(R"(["1","2","room:a","phx_reply",{"status":"ok","response":{}}])",
                           j.now) == seconds(2),
         "two seconds");
  j.ask(Effect::waits);
  expect(
      !j.ledger.received(R"(["1","3","room:a","phx_reply",{"status":"ok","response":{}}])", j.now),
      "nothing");
}

// --- Broadcasts
// -----------------------------------------------------------------------------------

PHX_TEST("a dropped, repeated or swapped broadcast is reported") {
  Joined dropped;
  dropped.say(3);
  for (int n : {0, 2}) dropped.broadcast(n);
  dropped.expect_only(Wrong::missing);
  Joined doubled;
  doubled.say(2);
  for (int n : {0, 1, 1}) doubled.broadcast(n);
  doubled.expect_only(Wrong::doubled);
  Joined swapped;
  swapped.say(3);
  for (int n : {0, 2, 1}) swapped.broadcast(n);
  expect_eq(swapped.findings.count(Wrong::missing), 1u);
  expect_eq(swapped.findings.count(Wrong::doubled), 1u);
}

PHX_TEST("the first broadcast after a join may be one that was on its way, but not a later one") {
  Joined late;
  late.say(2);
  late.broadcast(1);
  late.expect_only(Wrong::missing);
  Feed feed(room);
  for (int i = 0; i < 5; ++i) feed.say();
  for (std::uint64_t first : {3, 4, 5}) expect(!Ear(feed).hears(first), "it may be the first");
  expect(Ear(feed).hears(6)->kind == Wrong::missing, "5 has not come");
}

PHX_TEST("a dropped last broadcast is reported as missing once its sender has the reply") {
  Joined j;
  j.say(1);
  j.ledger.check_patience(j.now);
  expect_eq(j.findings.count(), 0u);
  j.feed.confirmed(1, j.now);
  j.ledger.check_patience(j.now);
  j.expect_only(Wrong::missing, 2);  // neither plain nor intercepted
  j.ledger.check_patience(j.now);
  j.expect_only(Wrong::missing, 2);  // told once
  expect(!Ear(j.feed).lacks(1), "a new member need not have received it");
}

PHX_TEST("a broadcast to a client outside the room, or with refs, is reported") {
  Joined left;
  left.ask(Effect::leaves);
  left.reply(2);
  left.come(R"(["1","1","room:a","phx_close",{}])");
  left.say(1);
  left.broadcast(0);
  left.expect_only(Wrong::unexpected);
  Joined with_ref;
  with_ref.say(1);
  with_ref.come(R"(["1",null,"room:a","broadcasted",{"n":0}])");
  with_ref.expect_only(Wrong::unexpected);
}

// --- Ends
// -----------------------------------------------------------------------------------------

PHX_TEST("a crash is one phx_error: a missing, a second and an unexpected one are reported") {
  Joined j;
  j.ask(Effect::crashes);
  j.come(R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])");
  expect_eq(j.findings.count(), 0u);
  j.come(R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])");
  j.expect_only(Wrong::unexpected);
  Joined untold;
  untold.ask(Effect::crashes);
  untold.ledger.check_patience(untold.now);
  untold.expect_only(Wrong::missing);
}

PHX_TEST("requests before a crash are answered before it") {
  Joined j;
  j.ask();
  j.ask(Effect::crashes);
  j.come(R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])");
  j.expect_only(Wrong::missing);
}

PHX_TEST("a leave is a reply and then phx_close: if one is missing, it is reported") {
  Joined closed_first;
  closed_first.ask(Effect::leaves);
  closed_first.come(R"(["1","1","room:a","phx_close",{}])");
  closed_first.expect_only(Wrong::unexpected);
  Joined unclosed;
  unclosed.ask(Effect::leaves);
  unclosed.reply(2);
  unclosed.ledger.check_patience(unclosed.now);
  unclosed.expect_only(Wrong::missing);
}

PHX_TEST("a second join closes the first, whose broadcasts do not come again") {
  Joined j;
  j.say(2);
  j.broadcast(0);
  j.ledger.asked(room, "2", 2, {}, Effect::joins, j.now, &j.feed);
  j.intercepted(0);  // still the first's
  j.come(R"(["2","2","room:a","phx_reply",{"status":"ok","response":{}}])");
  expect(!j.ledger.settled(), "the first is to be closed");
  j.come(R"(["1","1","room:a","phx_close",{}])");
  expect(j.ledger.settled(), "and was");
  j.broadcast(1);
  expect_eq(j.findings.sentences(), std::vector<std::string>{});
  j.broadcast(0);
  j.expect_only(Wrong::doubled);
}

PHX_TEST("pushes of the first join's channel may come after the second's reply, up to its close") {
  Joined j;
  const auto rejoined_to = [&j] {
    j.ledger.asked(room, "2", 2, {}, Effect::joins, j.now, &j.feed);
    j.come(R"(["2","2","room:a","phx_reply",{"status":"ok","response":{}}])");
  };
  j.say(4);
  j.intercepted(0);
  j.broadcast(0);
  rejoined_to();
  j.intercepted(1);
  j.broadcast(1);
  j.come(R"(["1","1","room:a","phx_close",{}])");
  j.come(R"(["2",null,"room:a","intercepted",{"n":3}])");  // 2 was said between the two
  j.broadcast(3);
  j.say(2);
  j.broadcast(4);
  expect_eq(j.findings.sentences(), std::vector<std::string>{});
  j.intercepted(4);
  j.expect_only(Wrong::unexpected);  // its channel is closed
}

PHX_TEST("after the second join's reply no broadcast may be missed") {
  Joined j;
  j.say(2);
  j.broadcast(0);
  j.ledger.asked(room, "2", 2, {}, Effect::joins, j.now, &j.feed);
  j.come(R"(["2","2","room:a","phx_reply",{"status":"ok","response":{}}])");
  j.say(2);
  j.broadcast(3);  // 2 was said after the reply
  j.expect_only(Wrong::missing);
}
