/// R: events to a channel, and their replies.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

RULE("R-01", must, contract, "a reply carries the event's ref and topic and the channel's join_ref",
     "Channel.Server.reply") {
  Client& client = t.connect();
  client.send(R"(["jr","1","{topic}","phx_join",{}])");
  client.expect(R"(["jr","1","{topic}","phx_reply",{ok}])");
  client.send(R"(["jr","some ref","{topic}","echo",{"a":1}])");
  client.expect(R"(["jr","some ref","{topic}","phx_reply",{"status":"ok","response":{"a":1}}])");
  client.expect_silence();
}

RULE("R-02", must, contract, "the status is the channel's: ok or error",
     "Channel.Server.handle_reply") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","echo",{"a":1}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"a":1}}])");
  client.send(R"(["1","3","{topic}","echo_error",{"a":2}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"error","response":{"a":2}}])");
}

RULE("R-03", must, contract, "a status without a response has the response {}",
     "Channel.Server.handle_reply") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","ack",{"a":1}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{}}])");
  client.send(R"(["1","3","{topic}","nack",{"a":1}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"error","response":{}}])");
}

RULE("R-04", must, contract, "an event that the channel does not answer gets no frame",
     "Channel.Server.handle_result noreply") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","noreply",{}])");
  client.send(R"(["1","3","{topic}","ack",{}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{ok}])");
  client.expect_silence();
}

RULE("R-05", must, contract, "a reply to an event with ref null has ref null",
     "Channel.Server.reply") {
  Client& client = t.join();
  client.send(R"(["1",null,"{topic}","echo",{"a":1}])");
  client.expect(R"(["1",null,"{topic}","phx_reply",{"status":"ok","response":{"a":1}}])");
}

RULE("R-06", must, contract, "one topic's events are handled one at a time, in the order sent",
     "GenServer mailbox") {
  Client& client = t.join();
  client.send_together({R"(["1","2","{topic}","slow",{"ms":100}])",
                        R"(["1","3","{topic}","echo",{"n":3}])",
                        R"(["1","4","{topic}","count",{}])"});
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"ms":100}}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"n":3}}])");
  client.expect(R"(["1","4","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("R-07", must, contract,
     "a slow channel delays no other topic of its socket, nor its heartbeats, nor another socket",
     "one process a channel") {
  const Millis busy = t.length("busy", Millis{400});
  const Millis pinged = t.length("pinged", Millis{200});
  const Millis each = t.length("each", Millis{300});
  Client& client = t.join();
  Client& bystander = t.join();
  client.send(R"(["2","2","{other}","phx_join",{}])");
  client.expect(R"(["2","2","{other}","phx_reply",{ok}])");
  const auto start = Clock::now();
  client.send_together({R"(["1","3","{topic}","slow",{"ms":{busy}}])",
                        R"(["2","4","{other}","echo",{"n":4}])",
                        R"([null,"5","phoenix","heartbeat",{}])"});
  bystander.send(R"(["1","2","{topic}","echo",{"n":2}])");
  bystander.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"n":2}}])");
  client.expect_in_any_order(
      {R"(["2","4","{other}","phx_reply",{"status":"ok","response":{"n":4}}])",
       R"([{any},"5","phoenix","phx_reply",{any}])"});
  t.in_time(start, busy, [&client] { client.expect_nothing_yet(); });
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"ms":{busy}}}])");

  if (t.axis() == Axis::v2) {  // nor a ping
    const auto again = Clock::now();
    client.send(R"(["1","s","{topic}","slow",{"ms":{pinged}}])");
    client.send_frame({.opcode = Opcode::ping, .payload = "meanwhile"});
    t.in_time(again, pinged, [&client] { client.expect_pong("meanwhile"); });
    client.expect(R"(["1","s","{topic}","phx_reply",{"status":"ok","response":{"ms":{pinged}}}])");
  }

  // Nor do two slow channels wait for each other.
  const auto both = Clock::now();
  client.send_together({R"(["1","6","{topic}","slow",{"ms":{each}}])",
                        R"(["2","7","{other}","slow",{"ms":{each}}])"});
  client.expect_in_any_order(
      {R"(["1","6","{topic}","phx_reply",{"status":"ok","response":{"ms":{each}}}])",
       R"(["2","7","{other}","phx_reply",{"status":"ok","response":{"ms":{each}}}])"});
  if (Clock::now() - both >= 2 * each) {
    throw SeenTooLate({"two slow channels to work at the same time", "one waited for the other"});
  }
}

RULE("R-08", must, contract, "a deferred reply carries its own ref and may come after later ones",
     "Phoenix.Channel.socket_ref, reply") {
  const Millis last = t.length("last", Millis{200});
  const Millis first = t.length("first", Millis{20});
  Client& client = t.join();
  const auto start = Clock::now();
  client.send_together({R"(["1","2","{topic}","async",{"ms":{last},"n":1}])",
                        R"(["1","3","{topic}","async",{"ms":{first},"n":2}])",
                        R"(["1","4","{topic}","echo",{"n":3}])"});
  t.in_time(start, first, [&client] {
    client.expect(R"(["1","4","{topic}","phx_reply",{"status":"ok","response":{"n":3}}])");
  });
  t.in_time(start, last, [&client] {
    client.expect(
        R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"ms":{first},"n":2}}])");
  });
  client.expect(
      R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"ms":{last},"n":1}}])");
  client.send_together({R"(["1","5","{topic}","async",{"ms":20,"n":5}])",
                        R"(["1","6","{topic}","async",{"ms":20,"n":6}])",
                        R"(["1","7","{topic}","async",{"ms":20,"n":7}])"});
  client.expect_in_any_order(
      {R"(["1","5","{topic}","phx_reply",{"status":"ok","response":{"ms":20,"n":5}}])",
       R"(["1","6","{topic}","phx_reply",{"status":"ok","response":{"ms":20,"n":6}}])",
       R"(["1","7","{topic}","phx_reply",{"status":"ok","response":{"ms":20,"n":7}}])"});
}

RULE("R-09", must, contract,
     "payloads survive: unicode, escapes, NUL, surrogate pairs, deep nesting, integers, floats",
     "JSON") {
  Client& client = t.join();
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  std::string mixed_open, mixed_close;  // the kind of each bracket matters at every depth
  for (int depth = 0; depth < 300; ++depth) {
    const bool object = depth * depth % 7 < 3;
    mixed_open += object ? R"({"k":)" : "[";
    mixed_close.insert(0, object ? R"(,"l":[]})" : ",{}]");
  }
  const std::vector<std::string> payloads{
      R"({"text":"héllo 世界 😀"})",
      R"({"escapes":"\" \\ \/ \b \f \n \r \t \u001f \u007f"})",
      R"({"nul":"a\u0000b"})",
      R"({"pair":"\ud83d\ude00"})",
      R"({"separators":"\u2028\u2029"})",
      R"({"":1,"a":{"":{}}})",
      R"({"deep":)" + deep + "}",
      R"({"deep":)" + mixed_open + "1" + mixed_close + "}",
      R"({"integers":[0,-1,9007199254740992,-9007199254740992]})",
      R"({"floats":[0.5,-1.25,1.0,3.141592653589793,1.0e20]})",
      R"({"mixed":[null,true,false,"",[],{}]})",
  };
  int ref = 1;
  for (const auto& payload : payloads) {
    ++ref;
    client.send(fmt::format(R"(["1","{}","{{topic}}","echo",{}])", ref, payload));
    client.expect(fmt::format(
        R"(["1","{}","{{topic}}","phx_reply",{{"status":"ok","response":{}}}])", ref, payload));
  }
}

RULE("R-10", must, contract, "any JSON value is accepted as a payload, not only an object",
     "Socket.V2.JSONSerializer.decode_text") {
  Client& client = t.join();
  for (const char* payload : {"null", "5", "2.5", R"("text")", "[1,[]]", "true"}) {
    client.send(fmt::format(R"(["1","2","{{topic}}","echo",{}])", payload));
    client.expect(fmt::format(
        R"(["1","2","{{topic}}","phx_reply",{{"status":"ok","response":{}}}])", payload));
  }
}

RULE("R-11", must, core, "an event on a topic never joined is unmatched",
     "Phoenix.Socket.handle_in nil") {
  Client& client = t.connect();
  client.send(R"(["1","2","{topic}","some_event",{"a":1}])");
  client.expect(R"([null,"2","{topic}","phx_reply",{unmatched}])");
  client.send(R"([null,"3","{nowhere}","some_event",{}])");
  client.expect(R"([null,"3","{nowhere}","phx_reply",{unmatched}])");
  for (const char* ref : {"null", "7"}) {
    client.send(fmt::format(R"([null,{},"{{topic}}","some_event",{{}}])", ref));
    client.expect(fmt::format(R"([null,{},"{{topic}}","phx_reply",{{unmatched}}])", ref));
  }
  client.expect_silence();
}

RULE("R-12", must, contract, "an event with a stale join_ref is dropped silently",
     "Phoenix.Socket.handle_in") {
  Client& client = t.join();
  client.send(R"(["99","2","{topic}","count",{}])");
  client.send(R"(["1","3","{topic}","count",{}])");  // ends the wait for an answer that never comes
  const bool handled = t.release() < drops_stale_join_refs;
  if (handled) {
    client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  }
  client.expect(fmt::format(
      R"(["1","3","{{topic}}","phx_reply",{{"status":"ok","response":{{"count":{}}}}}])",
      handled ? 2 : 1));
  client.expect_silence();
}

RULE("R-13", must, contract,
     "an event with join_ref null on a joined topic is handled; the reply has the channel's",
     "Phoenix.Socket.handle_in") {
  Client& client = t.join();
  client.send(R"([null,"2","{topic}","count",{}])");
  client.send(R"(["1","3","{topic}","count",{}])");
  const bool handled =
      t.release() < drops_stale_join_refs || t.release() >= takes_null_join_refs_again;
  if (handled) {
    client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  }
  client.expect(fmt::format(
      R"(["1","3","{{topic}}","phx_reply",{{"status":"ok","response":{{"count":{}}}}}])",
      handled ? 2 : 1));
}

RULE("R-14", must, contract, "state lasts from event to event and is gone after a rejoin",
     "Phoenix.Socket assigns") {
  Client& client = t.join();
  for (int n = 1; n <= 3; ++n) {
    client.send(R"(["1","2","{topic}","count",{}])");
    client.expect(fmt::format(
        R"(["1","2","{{topic}}","phx_reply",{{"status":"ok","response":{{"count":{}}}}}])", n));
  }
  client.send(R"(["1","3","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["1","3","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.send(R"(["4","4","{topic}","phx_join",{}])");
  client.expect(R"(["4","4","{topic}","phx_reply",{ok}])");
  client.send(R"(["4","5","{topic}","count",{}])");
  client.expect(R"(["4","5","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("R-15", must, contract, "a 1 MB payload is echoed whole", "max_frame_size") {
  Client& client = t.join();
  const std::string payload = fmt::format(R"({{"d":"{}"}})", std::string(1'048'576, 'x'));
  client.send(R"(["1","2","{topic}","echo",)" + payload + "]");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" + payload + "}]");
}

RULE("R-16", must, contract, "1,000 pipelined events get 1,000 replies in order",
     "GenServer mailbox") {
  Client& client = t.join();
  std::vector<std::string> events;
  for (int n = 1; n <= 1'000; ++n) {
    events.push_back(fmt::format(R"(["1","{0}","{{topic}}","echo",{{"n":{0}}}])", n));
  }
  client.send_together(events);
  for (int n = 1; n <= 1'000; ++n) {
    client.expect(fmt::format(
        R"(["1","{0}","{{topic}}","phx_reply",{{"status":"ok","response":{{"n":{0}}}}}])", n));
  }
}

RULE("R-17", must, core, "a sixth element of the array is ignored",
     "Socket.V2.JSONSerializer.decode_text (| _)") {
  Client& client = t.connect();
  client.send(R"([null,"1","phoenix","heartbeat",{},"sixth",7])");
  client.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
}

RULE("R-18", must, contract, "refs are opaque: they come back with their type, and 1 is not \"1\"",
     "Phoenix.Socket.handle_in (===)") {
  Client& client = t.connect();
  client.send(R"([1,1,"{topic}","phx_join",{}])");
  client.expect(R"([1,1,"{topic}","phx_reply",{ok}])");
  for (const char* ref : {"2", "4.5", R"("text")", R"("")", "null"}) {
    client.send(fmt::format(R"([1,{},"{{topic}}","echo",{{"n":1}}])", ref));
    client.expect(fmt::format(
        R"([1,{},"{{topic}}","phx_reply",{{"status":"ok","response":{{"n":1}}}}])", ref));
  }
  client.send(R"(["1",3,"{topic}","echo",{"stale":true}])");
  client.send(R"([1,6,"{topic}","ack",{}])");
  if (t.release() < drops_stale_join_refs) {
    client.expect(R"([1,3,"{topic}","phx_reply",{"status":"ok","response":{"stale":true}}])");
  }
  client.expect(R"([1,6,"{topic}","phx_reply",{ok}])");
  // Neither white space nor escapes change the value.
  client.send(R"([[1, "a"],"1","{topic}:list","phx_join",{}])");
  client.expect(R"([[1,"a"],"1","{topic}:list","phx_reply",{ok}])");
  client.send(R"([[ 1,"a" ],"2","{topic}:list","echo",{"n":1}])");
  client.expect(R"([[1,"a"],"2","{topic}:list","phx_reply",{"status":"ok","response":{"n":1}}])");
  // Nor is "1" the number 1.
  const bool stale_is_handled = t.release() < drops_stale_join_refs;
  client.send(R"(["1","1","{topic}:text","phx_join",{}])");
  client.expect(R"(["1","1","{topic}:text","phx_reply",{ok}])");
  client.send(R"([1,"2","{topic}:text","ack",{}])");
  client.send(R"(["1","3","{topic}:text","ack",{}])");
  if (stale_is_handled) client.expect(R"(["1","2","{topic}:text","phx_reply",{ok}])");
  client.expect(R"(["1","3","{topic}:text","phx_reply",{ok}])");
}

RULE("R-19", must, contract, "a deferred reply made after the channel left is still delivered",
     "Phoenix.Channel.reply goes to the transport") {
  const Millis due = t.length("due", Millis{100});
  Client& client = t.join();
  const auto start = Clock::now();
  client.send(R"(["1","2","{topic}","async",{"ms":{due}}])");
  client.send(R"(["1","3","{topic}","phx_leave",{}])");
  t.in_time(start, due, [&client] {
    client.expect_in_any_order({R"(["1","3","{topic}","phx_reply",{ok}])",
                                R"([{any},{any},"{topic}","phx_close",{any}])"});
  });
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"ms":{due}}}])");
}

RULE("R-20", must, contract, "reserved event names from a client are ordinary events",
     "Channel.Server.handle_info") {
  Client& client = t.connect();
  for (const char* event : {"phx_reply", "phx_close", "phx_error"}) {
    client.send(fmt::format(R"(["{0}","1","{{topic}}","phx_join",{{}}])", event));
    client.expect(fmt::format(R"(["{0}","1","{{topic}}","phx_reply",{{ok}}])", event));
    // No handler takes it, so it crashes the channel, as any unknown event does.
    client.send(fmt::format(R"(["{0}","2","{{topic}}","{0}",{{}}])", event));
    client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  }
}

RULE("R-21", must, contract, "an event whose name is not a string crashes the channel",
     "Phoenix.Channel handle_in (no clause)") {
  Client& client = t.connect();
  for (const char* event : {"5", "null", "{}", "[\"echo\"]"}) {
    client.send(R"(["1","1","{topic}","phx_join",{}])");
    client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
    client.send(fmt::format(R"(["1","2","{{topic}}",{},{{}}])", event));
    client.expect(R"(["1","1","{topic}","phx_error",{any}])");
  }
}

RULE("R-22", must, contract, "deferring the reply to an event with ref null crashes the channel",
     "Phoenix.Channel.socket_ref raises") {
  Client& client = t.join();
  client.send(R"(["1",null,"{topic}","async",{"ms":1}])");
  client.expect(R"(["1","1","{topic}","phx_error",{any}])");
  client.expect_silence();
}

RULE("R-33", must, contract, "deferred replies come when they are due, even if several are",
     "Process.send_after") {
  const Millis due = t.length("due", Millis{100});
  Client& client = t.join();
  const auto event = [](int n) {
    return fmt::format(R"(["1","{}","{{topic}}","async",{{"ms":{{due}},"n":{}}}])", n + 1, n);
  };
  const auto reply = [](int n) {
    return fmt::format(
        R"(["1","{}","{{topic}}","phx_reply",{{"status":"ok","response":{{"ms":{{due}},"n":{}}}}}])",
        n + 1, n);
  };
  const auto start = Clock::now();
  client.send_together({event(1), event(2), event(3)});
  t.wait(due * 3 / 5);  // messages in between make nothing due
  client.send(R"([null,"5","phoenix","heartbeat",{}])");
  t.in_time(start, due, [&client] { client.expect(R"([{any},"5","phoenix","phx_reply",{any}])"); });
  client.expect_in_any_order({reply(1), reply(2), reply(3)});
  const auto took = std::chrono::duration_cast<Millis>(Clock::now() - start);
  if (took < due) {
    throw Violation(fmt::format("the replies in {} ms", due.count()),
                    fmt::format("they came in {} ms", took.count()));
  }
  if (took > due + t.patience() / 10) {
    throw SeenTooLate({fmt::format("the replies in {} ms", due.count()),
                       fmt::format("they came in {} ms", took.count())});
  }
}

}  // namespace
}  // namespace phx::conformance
