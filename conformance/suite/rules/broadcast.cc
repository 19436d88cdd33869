/// B: pushes to one member, and broadcasts to all.
///
/// Publisher and subscriber may live on different threads of the server. That a client does *not*
/// get a broadcast is proved by a later one of the same publisher, because these keep their order.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

/// Joins {other} with join_ref "o".
void join_other(Client& client) {
  client.send(R"(["o","o","{other}","phx_join",{}])");
  client.expect(R"(["o","o","{other}","phx_reply",{ok}])");
}

/// Broadcasts on {other} as a member; the sender has got its own copy and the reply.
void broadcast_on_other(Client& publisher) {
  publisher.send(R"(["o","later","{other}","broadcast",{"later":true}])");
  publisher.expect_in_any_order({R"([{any},{any},"{other}","broadcasted",{"later":true}])",
                                 R"(["o","later","{other}","phx_reply",{ok}])"});
}

void expect_only_the_later(Client& member) {
  member.expect(R"([{any},{any},"{other}","broadcasted",{"later":true}])");
}

RULE("B-01", must, contract, "a push carries the channel's join_ref and no ref",
     "Channel.Server.push") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","push",{"event":"my_event","payload":{"k":"v"}}])");
  client.expect(R"(["1",null,"{topic}","my_event",{"k":"v"}])");
  client.send(R"(["1","3","{topic}","info",{"later":true}])");
  client.expect(R"(["1",null,"{topic}","info",{"later":true}])");
  client.expect_silence();
}

RULE("B-02", must, contract, "a broadcast carries neither join_ref nor ref",
     "Phoenix.Socket.V2.JSONSerializer.fastlane!") {
  Client& sender = t.join();
  Client& member = t.join();
  sender.send(R"(["1","2","{topic}","broadcast_from",{"m":1}])");
  sender.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  member.expect(R"([null,null,"{topic}","broadcasted",{"m":1}])");
}

RULE("B-03", must, contract, "a broadcast reaches every member once, the sender included",
     "Phoenix.PubSub dispatch") {
  Client& sender = t.join();
  Client& second = t.join();
  Client& third = t.join();
  for (int n = 1; n <= 3; ++n) {
    const auto frame = fmt::format(R"([{{any}},{{any}},"{{topic}}","broadcasted",{{"n":{}}}])", n);
    sender.send(fmt::format(R"(["1","2","{{topic}}","broadcast",{{"n":{}}}])", n));
    sender.expect_in_any_order({frame, R"(["1","2","{topic}","phx_reply",{ok}])"});
    second.expect(frame);
    third.expect(frame);
  }
}

RULE("B-04", must, contract, "broadcast_from reaches all but the sender",
     "Phoenix.Channel.Server.dispatch (pid == from)") {
  Client& sender = t.join();
  Client& member = t.join();
  sender.send(R"(["1","2","{topic}","broadcast_from",{"m":1}])");
  sender.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  member.expect(R"([{any},{any},"{topic}","broadcasted",{"m":1}])");
  sender.send(R"(["1","3","{topic}","broadcast",{"m":2}])");
  sender.expect_in_any_order({R"([{any},{any},"{topic}","broadcasted",{"m":2}])",
                              R"(["1","3","{topic}","phx_reply",{ok}])"});
  member.expect(R"([{any},{any},"{topic}","broadcasted",{"m":2}])");
}

RULE("B-05", must, contract,
     "clients that left, were refused or joined another topic do not get it",
     "Phoenix.PubSub subscriptions") {
  Client& publisher = t.join();
  Client& left = t.join();
  Client& refused = t.connect();
  Client& elsewhere = t.connect();
  for (Client* client : {&publisher, &left, &refused, &elsewhere}) join_other(*client);
  left.send(R"(["1","2","{topic}","slow",{"ms":1}])");  // its work no longer delays it
  left.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"ms":1}}])");
  left.send(R"(["1","3","{topic}","phx_leave",{}])");
  left.expect_in_any_order(
      {R"(["1","3","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  refused.send(R"(["1","1","{topic}","phx_join",{"join":"error"}])");
  refused.expect(R"(["1","1","{topic}","phx_reply",{"status":"error","response":{any}}])");
  if (t.nodes() > 1) t.wait(Millis{50});  // Phoenix's Registry removes a member a moment later

  publisher.send(R"(["1","3","{topic}","broadcast",{"secret":true}])");
  publisher.expect_in_any_order({R"([{any},{any},"{topic}","broadcasted",{"secret":true}])",
                                 R"(["1","3","{topic}","phx_reply",{ok}])"});
  broadcast_on_other(publisher);
  for (Client* client : {&left, &refused, &elsewhere}) expect_only_the_later(*client);
}

RULE("B-06", must, contract,
     "an intercepted event is pushed by each member's own channel, with its join_ref",
     "Phoenix.Channel handle_out") {
  Client& a = t.join({.query = "user_id=ua"});
  Client& b = t.connect({.query = "user_id=ub"});
  Client& nobody = t.connect();
  b.send(R"(["2","1","{topic}","phx_join",{}])");
  b.expect(R"(["2","1","{topic}","phx_reply",{ok}])");
  nobody.send(R"(["3","1","{topic}","phx_join",{}])");
  nobody.expect(R"(["3","1","{topic}","phx_reply",{ok}])");
  a.send(R"(["1","2","{topic}","intercept",{"x":1}])");
  a.expect(R"(["1",null,"{topic}","intercepted",{"x":1,"intercepted_for":"ua"}])");
  b.expect(R"(["2",null,"{topic}","intercepted",{"x":1,"intercepted_for":"ub"}])");
  nobody.expect(R"(["3",null,"{topic}","intercepted",{"x":1,"intercepted_for":null}])");
}

RULE("B-07", must, contract, "an intercepted event that the channel drops is not delivered",
     "Phoenix.Channel handle_out") {
  Client& sender = t.join();
  Client& member = t.join();
  // The later event is intercepted too, so it takes the same way, through each member's channel.
  sender.send_together(
      {R"(["1","2","{topic}","filter",{"x":1}])", R"(["1","3","{topic}","intercept",{"x":2}])"});
  for (Client* client : {&sender, &member}) {
    client->expect(R"(["1",null,"{topic}","intercepted",{"x":2,"intercepted_for":null}])");
  }
}

RULE("B-08", must, contract, "one publisher's broadcasts arrive in order at every member",
     "signals between two processes keep their order") {
  Client& sender = t.join();
  Client& member = t.join();
  std::vector<std::string> events;
  for (int n = 0; n < 100; ++n) {
    events.push_back(fmt::format(R"(["1","{0}","{{topic}}","broadcast_from",{{"n":{0}}}])", n));
  }
  sender.send_together(events);
  for (int n = 0; n < 100; ++n) {
    sender.expect(fmt::format(R"(["1","{}","{{topic}}","phx_reply",{{ok}}])", n));
    member.expect(fmt::format(R"([{{any}},{{any}},"{{topic}}","broadcasted",{{"n":{}}}])", n));
  }
}

RULE("B-09", must, contract, "a broadcast made before a reply reaches the sender before it",
     "both go through the transport's one mailbox") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","broadcast",{"m":1}])");
  client.expect(R"([{any},{any},"{topic}","broadcasted",{"m":1}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
}

RULE("B-10", must, contract, "V1, V2 and long-poll members each get it in their own form",
     "Phoenix.Channel.Server.dispatch (fastlane cache by serializer)") {
  Client& v2 = t.join();
  Client& v1 = t.connect({.vsn = "1.0.0"});
  v1.send(R"({"topic":"{topic}","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  v1.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  v2.send(R"(["1","2","{topic}","broadcast",{"m":1}])");
  v2.expect_in_any_order({R"([{any},{any},"{topic}","broadcasted",{"m":1}])",
                          R"(["1","2","{topic}","phx_reply",{ok}])"});
  v1.expect(R"({"topic":"{topic}","event":"broadcasted","payload":{"m":1},"ref":null})");

  Poller& poller = t.poll();  // last, so that a server without it is judged on the rest
  poller.post(R"(["p","1","{topic}","phx_join",{}])");
  poller.expect(R"(["p","1","{topic}","phx_reply",{ok}])");
  v1.send(R"({"topic":"{topic}","event":"broadcast","payload":{"m":2},"ref":"3","join_ref":"1"})");
  v1.expect_in_any_order(
      {R"({"topic":"{topic}","event":"broadcasted","payload":{"m":2},"ref":null})",
       R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"3"})"});
  v2.expect(R"([{any},{any},"{topic}","broadcasted",{"m":2}])");
  poller.expect(R"([{any},{any},"{topic}","broadcasted",{"m":2}])");
}

RULE("B-11", must, contract,
     "a socket joined to two topics gets each broadcast once, with the right topic",
     "Phoenix.PubSub subscriptions") {
  Client& sender = t.join();
  Client& member = t.join();
  join_other(sender);
  join_other(member);
  sender.send(R"(["1","2","{topic}","broadcast_from",{"m":1}])");
  sender.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  member.expect(R"([{any},{any},"{topic}","broadcasted",{"m":1}])");
  sender.send(R"(["o","3","{other}","broadcast_from",{"m":2}])");
  sender.expect(R"(["o","3","{other}","phx_reply",{ok}])");
  member.expect(R"([{any},{any},"{other}","broadcasted",{"m":2}])");
  broadcast_on_other(sender);
  expect_only_the_later(member);
}

RULE("B-12", must, contract,
     "in version 2, pushing or broadcasting a payload that is not an object crashes the channel",
     "Socket.V2.JSONSerializer.encode!, fastlane! raise") {
  Client& client = t.join();
  Client& member = t.join();
  client.send(R"(["1","2","{topic}","broadcast",5])");
  client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  client.send(R"(["3","3","{topic}","phx_join",{}])");
  client.expect(R"(["3","3","{topic}","phx_reply",{ok}])");
  client.send(R"(["3","4","{topic}","push",{"event":"pushed","payload":[1]}])");
  client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  member.send(R"(["1","2","{topic}","ack",{}])");
  member.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
}

RULE("B-16", should, contract,
     "a broadcast without receivers is not encoded: broadcast_from takes any payload when alone",
     "Phoenix.Channel.Server.dispatch (no subscriber but from)") {
  Client& client = t.join();
  for (const char* payload : {"5", "null", "[1]", R"("text")"}) {
    client.send(fmt::format(R"(["1","2","{{topic}}","broadcast_from",{}])", payload));
    client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  }
}

}  // namespace
}  // namespace phx::conformance
