/// V: version 1 of the protocol, whose messages are objects without a join_ref.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

/// A V1 client, joined to {topic} with join_ref "j" and ref "1".
Client& join_v1(Trial& t) {
  Client& client = t.connect({.vsn = "1.0.0"});
  client.send(
      R"({"topic":"{topic}","event":"phx_join","payload":{join},"ref":"1","join_ref":"j"})");
  client.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  return client;
}

RULE("V-01", must, core, "every frame is an object with exactly topic, event, payload and ref",
     "Socket.V1.JSONSerializer.encode_v1_fields_only") {
  Client& client = join_v1(t);
  client.send(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"2"})");
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{ok},"ref":"2"})");
  client.send(R"({"topic":"{nowhere}","event":"some_event","payload":{},"ref":"3"})");
  client.expect(R"({"topic":"{nowhere}","event":"phx_reply","payload":{any},"ref":"3"})");
  client.expect_silence();
}

RULE("V-02", must, core, "join, reply, leave and heartbeat work as in V2, without the join_ref",
     "Socket.V1.JSONSerializer") {
  Client& client = t.connect({.vsn = "1.0.0"});
  client.send(R"({"topic":"{topic}","event":"phx_join","payload":{join},"ref":"1"})");
  client.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  if (!t.core_only()) {
    client.send(R"({"topic":"{other}","event":"phx_join","payload":{},"ref":"a"})");
    client.expect(R"({"topic":"{other}","event":"phx_reply","payload":{ok},"ref":"a"})");
    client.send(R"({"topic":"{other}","event":"echo_error","payload":{"n":1},"ref":"b"})");
    client.expect(R"({"topic":"{other}","event":"phx_reply",
                      "payload":{"status":"error","response":{"n":1}},"ref":"b"})");
  }
  client.send(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"2"})");
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{ok},"ref":"2"})");
  client.send(R"({"topic":"{topic}","event":"phx_leave","payload":{},"ref":"3"})");
  client.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"3"})");
  client.expect(R"({"topic":"{topic}","event":"phx_close","payload":{},"ref":null})");
}

RULE("V-03", must, contract, "a push and a broadcast have ref null",
     "Socket.V1.JSONSerializer.encode!, fastlane!") {
  Client& client = join_v1(t);
  client.send(R"({"topic":"{topic}","event":"push","ref":"2","join_ref":"j",
                  "payload":{"event":"pushed","payload":{"k":1}}})");
  client.expect(R"({"topic":"{topic}","event":"pushed","payload":{"k":1},"ref":null})");
  client.send(
      R"({"topic":"{topic}","event":"broadcast","payload":{"m":1},"ref":"3","join_ref":"j"})");
  client.expect_in_any_order(
      {R"({"topic":"{topic}","event":"broadcasted","payload":{"m":1},"ref":null})",
       R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"3"})"});
}

RULE("V-04", must, core, "phx_close and phx_error have the join_ref as ref",
     "Phoenix.Socket.encode_close, encode_on_exit") {
  Client& client = join_v1(t);
  client.send(R"({"topic":"{topic}","event":"phx_leave","payload":{},"ref":"2","join_ref":"j"})");
  client.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"2"})");
  client.expect(R"({"topic":"{topic}","event":"phx_close","payload":{},"ref":"j"})");
  if (t.core_only()) return;
  client.send(R"({"topic":"{other}","event":"phx_join","payload":{},"ref":"3","join_ref":"k"})");
  client.expect(R"({"topic":"{other}","event":"phx_reply","payload":{ok},"ref":"3"})");
  client.send(R"({"topic":"{other}","event":"crash","payload":{},"ref":"4","join_ref":"k"})");
  client.expect(R"({"topic":"{other}","event":"phx_error","payload":{any},"ref":"k"})");
}

RULE("V-05", must, core,
     "a message without payload, topic, event or ref ends the connection; more keys are ignored",
     "Phoenix.Socket.Message.from_map!") {
  for (const char* text : {R"({"event":"heartbeat","payload":{},"ref":"1"})",
                           R"({"topic":"phoenix","payload":{},"ref":"1"})",
                           R"({"topic":"phoenix","event":"heartbeat","ref":"1"})",
                           R"({"topic":"phoenix","event":"heartbeat","payload":{}})"}) {
    Client& client = t.connect({.vsn = "1.0.0"});
    client.send(text);
    client.expect_any_end();
  }
  Client& client = t.connect({.vsn = "1.0.0"});
  client.send(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":null,"more":[1]})");
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{ok},"ref":null})");
}

RULE("V-06", must, contract, "a join_ref in a message is used to detect stale messages",
     "Phoenix.Socket.Message.from_map!") {
  Client& client = join_v1(t);
  const bool handled = t.release() < drops_stale_join_refs;
  client.send(R"({"topic":"{topic}","event":"count","payload":{},"ref":"2","join_ref":"stale"})");
  client.send(R"({"topic":"{topic}","event":"count","payload":{},"ref":"3","join_ref":"j"})");
  if (handled) {
    client.expect(R"({"topic":"{topic}","event":"phx_reply",
                      "payload":{"status":"ok","response":{"count":1}},"ref":"2"})");
  }
  client.expect(fmt::format(R"({{"topic":"{{topic}}","event":"phx_reply",
                                "payload":{{"status":"ok","response":{{"count":{}}}}},"ref":"3"}})",
                            handled ? 2 : 1));
}

RULE("V-08", must, contract, "a push or a broadcast carries any JSON value, not only an object",
     "Socket.V1.JSONSerializer.encode!, fastlane!") {
  Client& client = join_v1(t);
  Client& member = join_v1(t);
  for (const char* payload : {"5", "null", "[1]", R"("text")", "true"}) {
    client.send(fmt::format(
        R"({{"topic":"{{topic}}","event":"push","ref":"2","join_ref":"j",
             "payload":{{"event":"pushed","payload":{}}}}})",
        payload));
    client.expect(fmt::format(R"({{"topic":"{{topic}}","event":"pushed","payload":{},"ref":null}})",
                              payload));
    client.send(fmt::format(
        R"({{"topic":"{{topic}}","event":"broadcast","payload":{},"ref":"3","join_ref":"j"}})",
        payload));
    const std::string broadcast = fmt::format(
        R"({{"topic":"{{topic}}","event":"broadcasted","payload":{},"ref":null}})", payload);
    client.expect_in_any_order(
        {broadcast, R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"3"})"});
    member.expect(broadcast);
  }
}

RULE("V-09", must, core, "a message may have more keys, in any order, and its keys in escapes",
     "Phoenix.Socket.Message.from_map! (Map.fetch!)") {
  Client& client = t.connect({.vsn = "1.0.0"});
  for (
      const char* text :
      {R"({"more":[1,{"ref":"x"}],"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})",
       R"({"ref":"1","payload":{"topic":"x"},"event":"heartbeat","topic":"phoenix","join_ref":null})",
       R"({"\u0074opic":"phoenix","e\u0076ent":"heartbeat","payloa\u0064":{},"\u0072ef":"1"})",
       R"({ "topic" : "phoenix" , "event" : "heartbeat" , "payload" : { } , "ref" : "1" , "":0 })"}) {
    client.send(text);
    client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{any},"ref":"1"})");
  }
}

RULE("V-10", should, core, "of a duplicate key the first counts", "Jason.decode!") {
  Client& client = t.connect({.vsn = "1.0.0"});
  client.send_frame(
      {.payload = R"({"topic":"phoenix","topic":"x","event":"heartbeat","event":"x","payload":{},)"
                  R"("ref":"1","ref":"2"})"});
  client.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{any},"ref":"1"})");
}

}  // namespace
}  // namespace phx::conformance
