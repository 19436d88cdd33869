/// Which messages reach the user, and as what.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

/// Messages with that join_ref, which is not that of room:1's join, change nothing.
void ignores(ClientTrial& t, Guest& guest, const std::string& other, const std::string& id) {
  t.push(id, "ask");
  const Heard asked = guest.hear("ask");
  Heard stale = asked;
  stale.message.join_ref = other;
  if (!guest.v1()) {  // whose messages have no join_ref, but for what ends a channel
    guest.reply(stale, "ok", R"({"late":true})");
    guest.push(other, "room:1", "said", R"({"late":true})");
  }
  guest.push(other, "room:1", "phx_error");
  guest.push(other, "room:1", "phx_close");
  guest.reply(asked, "ok", R"({"late":false})");
  t.settle(guest, "room:2", "b");
  t.expect_none(R"({"on":"closed","channel":"a"})", "no close of an earlier join");
  t.expect_none(R"({"on":"error","channel":"a"})", "no error of an earlier join");
  t.expect_none(R"({"on":"message","event":"said"})", "no push to an earlier join");
  t.expect(
      fmt::format(R"({{"on":"reply","id":"{}","status":"ok","response":{{"late":false}}}})", id));
}

CLIENT_RULE("C-21", must, 'B',
            "ignores what carries another join's join_ref: a late close, error, reply or push",
            "channel.js isMember") {
  Guest& guest = t.joined();
  const std::string old = t.join_ref();
  t.join("b", "room:2");  // which shows when all before it was handled
  t.let_in(guest, "room:2", "b");
  ignores(t, guest, R"("987654")", "1");
  guest.push(old, "room:1", "phx_error");
  if (!t.let_back_in(guest)) return;  // C-23 judges that
  if (t.join_ref() == old) t.violated("a new join_ref", old);
  t.drop(R"({"on":"error","channel":"a"})");
  ignores(t, guest, old, "2");
  t.push("3", "ask");
  guest.reply(guest.hear("ask"));
  t.expect(R"({"on":"reply","id":"3","status":"ok"})");
}

CLIENT_RULE("C-22", must, 'B', "delivers a broadcast to its topic's channel, and to no other",
            "channel.js isMember") {
  Guest& guest = t.joined();
  t.join("b", "room:2");
  t.let_in(guest, "room:2", "b");
  t.join("c", "room:10");
  t.let_in(guest, "room:10", "c");
  guest.broadcast("room:1", "said", R"({"to":1})");
  guest.broadcast("room:2", "said", R"({"to":2})");
  t.expect(R"({"on":"message","channel":"a","event":"said","payload":{"to":1}})");
  t.expect(R"({"on":"message","channel":"b","event":"said","payload":{"to":2}})");
  t.settle(guest, "room:10", "c");
  t.expect_none(R"({"on":"message"})", "each broadcast on its own channel, once");
}

CLIENT_RULE(
    "C-36", must, 'B',
    "delivers a payload as it was sent: unicode, nesting, null, numbers up to 2^53, an empty "
    "object",
    "serializer.js") {
  Guest& guest = t.joined();
  for (const char* payload : {"{}", R"({"text":"é 世界 😀 \u0000 \\ \" / \u2028"})",
                              R"({"null":null,"yes":true,"no":false})",
                              R"({"numbers":[0,-1,9007199254740992,-9007199254740992,0.5,1e-7]})",
                              R"({"deep":[[[{"a":{"b":[]}}]]],"":{"":""}})"}) {
    guest.broadcast("room:1", "said", payload);
    t.expect(
        fmt::format(R"({{"on":"message","channel":"a","event":"said","payload":{}}})", payload));
  }
}

CLIENT_RULE("C-37", should, 'B',
            "delivers 1,000 messages that come together, all of them, in order",
            "socket.js onConnMessage") {
  Guest& guest = t.joined();
  constexpr int count = 1'000;
  std::vector<Message> all;
  for (int n = 0; n < count; ++n) {
    all.push_back({"null", "null", "room:1", "said", fmt::format(R"({{"n":{}}})", n)});
  }
  guest.send_together(all);
  for (int n = 0; n < count; ++n) {
    const Json report = t.expect(R"({"on":"message","event":"said"})");
    t.expect_same("the message", fmt::format(R"({{"n":{}}})", n), report["payload"].dump());
  }
}

/// Names that mean something to JavaScript's objects, and to nobody else.
constexpr std::array odd_names{"__proto__", "constructor", "length", "toString", "hasOwnProperty"};

CLIENT_RULE("C-39", must, 'B',
            "takes topics, events and presence keys with names like __proto__ and constructor",
            "presence.js toNullProtoObj") {
  t.dial();
  Guest& guest = t.welcome();
  const bool lists = t.has("presence");
  for (const char* name : odd_names) {
    t.join(name, name,
           fmt::format(R"("events":["{}","marker"]{})", name, lists ? R"(,"presence":true)" : ""));
    t.let_in(guest, name, name);
    guest.broadcast(name, name, R"({"n":1})");
    t.expect(fmt::format(R"({{"on":"message","channel":"{0}","event":"{0}","payload":{{"n":1}}}})",
                         name));
    t.push(name, name, "{}", name);
    guest.reply(guest.hear(name, name));
    t.expect(fmt::format(R"({{"on":"reply","id":"{}","status":"ok"}})", name));
  }
  if (!lists) return;
  for (const char* name : odd_names) {
    guest.broadcast(name, "presence_state",
                    fmt::format(R"({{"{}":{{"metas":[{{"phx_ref":"1"}}]}}}})", name));
    t.expect(fmt::format(
        R"({{"on":"presence","channel":"{0}","list":{{"{0}":[{{"phx_ref":"1"}}]}}}})", name));
    guest.broadcast(
        name, "presence_diff",
        fmt::format(R"({{"joins":{{}},"leaves":{{"{}":{{"metas":[{{"phx_ref":"1"}}]}}}}}})", name));
    t.expect(fmt::format(R"({{"on":"presence","channel":"{}","list":{{}}}})", name));
  }
}

}  // namespace
}  // namespace phx::conformance
