/// J: joining a topic, being refused, joining again.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

RULE("J-01", must, core, "joining is answered ok, with join_ref and ref exactly as sent",
     "Phoenix.Socket.handle_in phx_join") {
  Client& client = t.connect();
  client.send(R"(["3","7","{topic}","phx_join",{join}])");
  client.expect(R"(["3","7","{topic}","phx_reply",{"status":"ok","response":{}}])");
  client.expect_silence();
}

RULE("J-02", must, core, "a reply's payload has exactly the keys status and response",
     "Socket.V2.JSONSerializer.encode! (Reply)") {
  Client& client = t.connect();
  const auto expect_both_keys = [&client](const char* text) {
    const Json payload = client.expect(text)[4];
    const bool exact = json_object_size(payload.get()) == 2 && !payload["status"].text().empty() &&
                       !json_is_null(payload["response"].get());
    if (!exact) throw Violation("exactly the keys status and response", payload.dump());
  };
  client.send(R"(["1","1","{topic}","phx_join",{join}])");
  expect_both_keys(R"([{any},"1","{topic}","phx_reply",{any}])");
  client.send(R"([null,"2","phoenix","heartbeat",{}])");
  expect_both_keys(R"([{any},"2","phoenix","phx_reply",{any}])");
  if (t.core_only()) return;
  client.send(R"(["3","3","{other}","phx_join",{"join":"error"}])");
  expect_both_keys(R"([{any},"3","{other}","phx_reply",{any}])");
}

RULE("J-03", must, contract, "a refused join is an error with the channel's reason",
     "Channel.Server.join") {
  Client& client = t.connect();
  client.send(R"(["1","1","{topic}","phx_join",{"join":"error"}])");
  client.expect(
      R"(["1","1","{topic}","phx_reply",{"status":"error","response":{"reason":"refused"}}])");
  client.send(R"(["2","2","room:private","phx_join",{}])");
  client.expect(R"(["2","2","room:private","phx_reply",
                    {"status":"error","response":{"reason":"unauthorized"}}])");
  client.expect_silence();
}

RULE("J-04", must, contract,
     "a join that crashes is answered with an error; the socket and its other topics go on",
     "Channel.Server.join (:DOWN)") {
  Client& client = t.join();
  client.send(R"(["2","2","{other}","phx_join",{"join":"crash"}])");
  client.expect(
      R"(["2","2","{other}","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])");
  client.send(R"(["1","3","{topic}","ack",{}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{ok}])");
  client.expect_silence();
}

RULE("J-05", must, core, "a topic that no channel pattern matches is unmatched, with join_ref null",
     "Phoenix.Socket.encode_ignore") {
  Client& client = t.connect();
  client.send(R"(["1","2","{nowhere}","phx_join",{}])");
  client.expect(R"([null,"2","{nowhere}","phx_reply",{unmatched}])");
  client.expect_silence();
}

RULE("J-06", must, contract, "the join payload reaches join; its reply map is the response",
     "Channel.Server.channel_join") {
  Client& client = t.connect();
  client.send(R"(["1","1","{topic}","phx_join",{"join":"reply","deep":{"n":[1,2.5,null]}}])");
  client.expect(R"(["1","1","{topic}","phx_reply",
                    {"status":"ok","response":{"join":"reply","deep":{"n":[1,2.5,null]}}}])");
}

RULE("J-07", must, contract, "after a failed join the topic is not joined",
     "Phoenix.Socket.handle_in nil") {
  Client& client = t.connect();
  for (const char* how : {"error", "crash"}) {
    client.send(fmt::format(R"(["1","1","{{topic}}","phx_join",{{"join":"{}"}}])", how));
    client.expect(R"(["1","1","{topic}","phx_reply",{"status":"error","response":{any}}])");
    client.send(R"(["1","2","{topic}","echo",{}])");
    client.expect(R"([{any},"2","{topic}","phx_reply",{refused}])");
  }
}

RULE("J-08", must, core, "joining a joined topic again ends the first channel with phx_close",
     "Phoenix.Socket.shutdown_duplicate_channel") {
  Client& client = t.join();
  client.send(R"(["2","2","{topic}","phx_join",{join}])");
  client.expect_in_any_order(
      {R"(["2","2","{topic}","phx_reply",{ok}])", R"(["1",{any},"{topic}","phx_close",{any}])"});
  client.expect_silence();
  client.send(R"(["2","3","{topic}","phx_join",{join}])");  // the join_refs may be equal
  client.expect_in_any_order(
      {R"(["2","3","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  // One of the three channels is left: after its leave there is none.
  client.send(R"(["2","4","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["2","4","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.send(R"(["2","5","{topic}","some_event",{}])");
  client.expect(R"([{any},"5","{topic}","phx_reply",{refused}])");
  client.expect_silence();
}

RULE("J-09", must, core, "the new join's reply comes first, then phx_close of the old",
     "Phoenix.Socket.handle_in phx_join") {
  Client& client = t.join();
  client.send(R"(["2","2","{topic}","phx_join",{join}])");
  client.expect(R"(["2","2","{topic}","phx_reply",{ok}])");
  client.expect(R"(["1",{any},"{topic}","phx_close",{any}])");
  client.send(R"(["2","3","{topic}","phx_join",{join}])");
  client.expect(R"(["2","3","{topic}","phx_reply",{ok}])");
  client.expect(R"(["2",{any},"{topic}","phx_close",{any}])");
}

/// Broadcasts on {topic}, joined with "2". \return the number of copies received.
int copies_of_a_broadcast(Client& client) {
  int copies = 0;
  for (const char* message :
       {R"(["2","b","{topic}","broadcast",{"n":1}])", R"([null,"h","phoenix","heartbeat",{}])"}) {
    client.send(message);
    for (bool replied = false; !replied;) {
      const std::string frame = client.take("a broadcast, or a reply").payload;
      replied = frame.find("phx_reply") != std::string::npos;
      copies += frame.find("broadcasted") != std::string::npos ? 1 : 0;
    }
  }
  return copies;
}

RULE("J-10", must, contract, "after a duplicate join one broadcast is delivered once",
     "Phoenix.Socket.shutdown_duplicate_channel") {
  constexpr int tries = 5;
  constexpr Millis between{30};
  Client& client = t.join();
  client.send(R"(["2","2","{topic}","phx_join",{}])");
  client.expect_in_any_order(
      {R"(["2","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  // A subscription may end a moment after its process.
  for (int i = 1; copies_of_a_broadcast(client) != 1; ++i) {
    if (i == tries) throw Violation("one copy of a broadcast", "another number, time and again");
    t.wait(between);
  }
  client.expect_silence();
}

RULE("J-11", must, core, "joining, leaving or crashing one topic changes no other of the socket",
     "Phoenix.Socket, state.channels") {
  Client& client = t.join();
  // Other rules judge the answers.
  client.send(R"(["5","5","{nowhere}","phx_join",{}])");
  client.send(R"(["5","6","{nowhere}","phx_leave",{}])");
  if (!t.core_only()) {
    for (const char* how : {"crash", "stop"}) {
      client.send(R"(["2","2","{other}","phx_join",{}])");
      client.expect_at_last(R"(["2","2","{other}","phx_reply",{ok}])");
      client.send(fmt::format(R"(["2","3","{{other}}","{}",{{}}])", how));
      client.expect(R"([{any},{any},"{other}",{any},{any}])");
    }
    client.send(R"(["3","7","{other}","phx_join",{}])");
    client.expect(R"(["3","7","{other}","phx_reply",{ok}])");
    client.send(R"(["3","8","{other}","phx_leave",{}])");
  }
  // Only a joined topic answers its leave with phx_close.
  client.send(R"(["1","9","{topic}","phx_leave",{}])");
  client.expect_at_last(R"([{any},{any},"{topic}","phx_close",{any}])");
  client.forget();
}

RULE("J-12", must, contract, "past 100 joined topics a join is refused; leaving one makes room",
     "Phoenix.Socket, max_channels_per_transport") {
  const bool limited = t.release() >= limits_topics;
  Client& client = t.connect();
  const auto join = [](int n) {
    return fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_join",{{}}])", n);
  };
  std::vector<std::string> joins;
  for (int n = 1; n <= 101; ++n) joins.push_back(join(n));
  client.send_together(joins);
  for (int n = 1; n <= 100; ++n) {
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n));
  }
  if (!limited) {
    client.expect(R"(["101","101","{topic}:101","phx_reply",{ok}])");
    return;
  }
  client.expect(R"(["101","101","{topic}:101","phx_reply",
                    {"status":"error","response":{"reason":"too many channels joined"}}])");
  client.send(R"(["1","leave","{topic}:1","phx_leave",{}])");
  client.expect_in_any_order({R"(["1","leave","{topic}:1","phx_reply",{ok}])",
                              R"([{any},{any},"{topic}:1","phx_close",{any}])"});
  client.send(join(101));
  client.expect(R"(["101","101","{topic}:101","phx_reply",{ok}])");
}

RULE("J-13", must, contract,
     "a join with join_ref null is accepted; later frames carry its ref as join_ref",
     "Channel.Server.join (join_ref || ref)") {
  Client& client = t.connect();
  client.send(R"([null,"1","{topic}","phx_join",{}])");
  client.expect(R"([null,"1","{topic}","phx_reply",{ok}])");
  client.send(R"([null,"2","{topic}","push",{"event":"pushed","payload":{"k":1}}])");
  client.expect(R"(["1",null,"{topic}","pushed",{"k":1}])");
  client.send(R"([null,"3","{topic}","echo",{"n":1}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"n":1}}])");
  client.send(R"([null,"4","{topic}","phx_leave",{}])");
  client.expect(R"(["1","4","{topic}","phx_reply",{ok}])");
  client.expect(R"([null,null,"{topic}","phx_close",{}])");
}

RULE("J-20", may, contract,
     "after a join with join_ref null, an event with the join_ref of the pushes is dropped",
     "Phoenix.Socket.handle_in (channels_inverse keeps the null)") {
  Client& client = t.connect();
  client.send(R"([null,"1","{topic}","phx_join",{}])");
  client.expect(R"([null,"1","{topic}","phx_reply",{ok}])");
  client.send(R"(["1","2","{topic}","count",{}])");
  client.send(R"([null,"3","{topic}","count",{}])");
  const bool dropped = t.release() >= takes_null_join_refs_again;
  if (!dropped) {
    client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  }
  client.expect(fmt::format(
      R"(["1","3","{{topic}}","phx_reply",{{"status":"ok","response":{{"count":{}}}}}])",
      dropped ? 1 : 2));
}

RULE("J-14", must, contract, "a pattern prefix:* matches any rest; case and prefix count",
     "Phoenix.Socket.__channel__") {
  Client& client = t.connect();
  for (const char* rest : {":a:b:c", " with spaces", ":é世界", ":*"}) {
    client.send(fmt::format(R"(["1","1","{{topic}}{}","phx_join",{{}}])", rest));
    client.expect(fmt::format(R"(["1","1","{{topic}}{}","phx_reply",{{ok}}])", rest));
  }
  client.send(R"(["1","1","conformance:","phx_join",{}])");
  client.expect(R"(["1","1","conformance:","phx_reply",{ok}])");
  for (const char* topic : {"conformance", "Conformance:x", "xconformance:x", "conformanc:x", ""}) {
    client.send(fmt::format(R"(["2","2","{}","phx_join",{{}}])", topic));
    client.expect(fmt::format(R"([{{any}},"2","{}","phx_reply",{{refused}}])", topic));
  }
}

RULE("J-15", must, contract,
     "a running join holds back its whole socket; messages after it are handled afterwards, in "
     "order",
     "Channel.Server.join waits") {
  const Millis busy = t.length("busy", Millis{150});
  const Millis brief = t.length("brief", Millis{60});
  Client& client = t.connect();
  const auto start = Clock::now();
  client.send_together({R"(["1","1","{topic}","phx_join",{"join":"slow","ms":{busy}}])",
                        R"([null,"2","phoenix","heartbeat",{}])",
                        R"(["3","3","{other}","phx_join",{}])",
                        R"(["1","4","{topic}","count",{}])"});
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  if (Clock::now() - start < busy) {
    throw Violation(fmt::format("the join to take {} ms", busy.count()), "it took less");
  }
  client.expect(R"([null,"2","phoenix","phx_reply",{ok}])");
  client.expect(R"(["3","3","{other}","phx_reply",{ok}])");
  client.expect(R"(["1","4","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  if (t.axis() != Axis::v2) return;
  // So is a ping, even if nothing else waits.
  const auto again = Clock::now();
  client.send(R"(["5","5","{topic}:p","phx_join",{"join":"slow","ms":{brief}}])");
  t.wait(brief / 3);
  client.send_frame({.opcode = Opcode::ping, .payload = "behind"});
  t.in_time(again, brief, [&client] {
    client.expect(R"(["5","5","{topic}:p","phx_reply",{ok}])");
    client.expect_pong("behind");
  });
}

RULE("J-16", must, contract, "the join's reply comes before any push of that channel",
     "Channel.Server.join") {
  Client& client = t.connect();
  client.send(R"(["1","1","{topic}","phx_join",{"join":"push"}])");
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  client.expect(R"(["1",null,"{topic}","after_join",{}])");
}

RULE("J-17", must, contract,
     "joins of two sockets to one topic are two channels, each with its own state",
     "one process a join") {
  Client& first = t.join();
  Client& second = t.join();
  first.send(R"(["1","2","{topic}","count",{}])");
  first.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  first.send(R"(["1","3","{topic}","count",{}])");
  first.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"count":2}}])");
  second.send(R"(["1","2","{topic}","count",{}])");
  second.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("J-18", must, contract, "a second join that is refused still ends the first",
     "Phoenix.Socket.handle_in phx_join") {
  Client& client = t.join();
  client.send(R"(["2","2","{topic}","phx_join",{"join":"error"}])");
  client.expect(
      R"(["2","2","{topic}","phx_reply",{"status":"error","response":{"reason":"refused"}}])");
  client.expect(R"(["1",{any},"{topic}","phx_close",{any}])");
  client.send(R"(["1","3","{topic}","echo",{}])");
  client.expect(R"([{any},"3","{topic}","phx_reply",{refused}])");
}

RULE("J-19", must, contract, "any JSON value is accepted as a join payload",
     "Socket.V2.JSONSerializer.decode_text") {
  Client& client = t.connect();
  int n = 0;
  for (const char* payload : {"null", "5", R"("text")", "[1,2]", "true"}) {
    ++n;
    client.send(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_join",{1}])", n, payload));
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n));
  }
}

}  // namespace
}  // namespace phx::conformance
