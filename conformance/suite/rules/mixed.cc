/// B: members of every kind on one topic, and members that are busy.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

const std::pair<std::string, std::string> deflate{"Sec-WebSocket-Extensions",
                                                  "permessage-deflate; client_max_window_bits"};

/// {topic} joined with "1", in version 1.
Client& join_v1(Trial& t, const Opening& opening) {
  Client& client = t.connect(opening);
  client.send(R"({"topic":"{topic}","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  client.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  return client;
}

/// What each member of {topic} gets for an event, in its own form.
struct Crowd {
  std::vector<Client*> v2 = {}, v1 = {};
  std::vector<Poller*> polling = {};

  void expect_broadcast(const std::string& payload) {
    const std::string frame = R"([null,null,"{topic}","broadcasted",)" + payload + "]";
    for (Client* client : v2) client->expect(frame);
    for (Client* client : v1) {
      client->expect(R"({"topic":"{topic}","event":"broadcasted","ref":null,"payload":)" + payload +
                     "}");
    }
    for (Poller* poller : polling) poller->expect(frame);
  }
  void expect_intercepted(const std::string& rest) {
    const std::string push = R"(["1",null,"{topic}","intercepted",{"intercepted_for":)";
    for (Client* client : v2) client->expect(push + rest);
    for (Client* client : v1) {
      client->expect(
          R"({"topic":"{topic}","event":"intercepted","ref":null,"payload":{"intercepted_for":)" +
          rest.substr(0, rest.size() - 1) + "}");
    }
    for (Poller* poller : polling) poller->expect(push + rest);
  }
  void expect_silence() {
    for (Client* client : v2) client->expect_silence();
    for (Client* client : v1) client->expect_silence();
    for (Poller* poller : polling) poller->expect_silence();
  }
};

RULE("B-19", must, contract,
     "members of every version, transport and mount get each event once, in their own form",
     "Phoenix.Channel.Server.dispatch (fastlane cache by serializer)") {
  Crowd others;
  for (const char* mount : {"/socket", "/tenant/acme/socket", "/small", "/deflate"}) {
    others.v2.push_back(&t.join({.mount = mount}));
    others.v1.push_back(&join_v1(t, {.mount = mount, .vsn = "1.0.0"}));
  }
  others.v2.push_back(&t.join({.mount = "/deflate", .headers = {deflate}}));
  others.v1.push_back(&join_v1(t, {.mount = "/deflate", .vsn = "1.0.0", .headers = {deflate}}));
  if (t.has_longpoll()) {
    others.polling.push_back(&t.poll());
    others.polling.back()->post(R"(["1","1","{topic}","phx_join",{}])");
    others.polling.back()->expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  }
  // One member of each version broadcasts, and is the first member or the last.
  Client& v2 = t.join();
  Client& v1 = join_v1(t, {.vsn = "1.0.0"});
  for (int n = 1; n <= 2; ++n) {
    const std::string payload = fmt::format(R"({{"n":{},"text":"é 😀"}})", n);
    const std::string kept = "null," + payload.substr(1) + "]";
    const bool first = n == 1;
    Client& sender = first ? v2 : v1;
    Client& other = first ? v1 : v2;
    const auto say = [&](const char* event) {
      sender.send(first ? fmt::format(R"(["1","2","{{topic}}","{}",{}])", event, payload)
                        : fmt::format(R"({{"topic":"{{topic}}","event":"{}","payload":{},)"
                                      R"("ref":"2","join_ref":"1"}})",
                                      event, payload));
    };
    const auto expect_reply = [&] {
      sender.expect(first ? R"(["1","2","{topic}","phx_reply",{ok}])"
                          : R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"2"})");
    };
    Crowd own, both;
    (first ? own.v2 : own.v1).push_back(&sender);
    (first ? both.v1 : both.v2).push_back(&other);
    say("broadcast");
    own.expect_broadcast(payload);
    expect_reply();
    both.expect_broadcast(payload);
    others.expect_broadcast(payload);
    say("broadcast_from");
    expect_reply();
    both.expect_broadcast(payload);
    others.expect_broadcast(payload);
    say("filter");
    say("intercept");
    for (Crowd* crowd : {&own, &both, &others}) crowd->expect_intercepted(kept);
  }
  others.expect_silence();
}

RULE("B-20", must, contract,
     "a broadcast does not wait for a member's busy channel; an intercepted one does",
     "Phoenix.Channel.Server.dispatch (fastlane: straight to the transport)") {
  const Millis busy = t.length("busy", Millis{300});
  Client& sender = t.join();
  Client& member = t.join();
  const auto began = Clock::now();
  member.send(R"(["1","2","{topic}","slow",{"ms":{busy}}])");
  member.send(R"(["1","3","{topic}","count",{}])");
  t.wait(Millis{30});  // by now the channel is busy with it
  sender.send_together({R"(["1","2","{topic}","broadcast",{"n":1}])",
                        R"(["1","3","{topic}","intercept",{"n":2}])",
                        R"(["1","4","{topic}","broadcast_from",{"n":3}])"});
  sender.expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
  sender.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"(["1","4","{topic}","phx_reply",{ok}])",
       R"(["1",null,"{topic}","intercepted",{"n":2,"intercepted_for":null}])"});
  t.in_time(began, busy, [&member] {
    member.expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
    member.expect(R"([null,null,"{topic}","broadcasted",{"n":3}])");
  });
  member.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"ms":{busy}}}])");
  member.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  member.expect(R"(["1",null,"{topic}","intercepted",{"n":2,"intercepted_for":null}])");
}

RULE("B-21", must, contract,
     "large broadcasts reach each of several members, in order with small ones",
     "Phoenix.PubSub dispatch") {
  constexpr int members = 8;
  std::vector<Client*> others;
  for (int i = 0; i < members; ++i) others.push_back(&t.join());
  Client& sender = t.join();
  std::vector<std::string> payloads;
  for (const std::size_t size : {10, 700'000, 20, 70'000, 1'000'000, 30, 17'000, 40}) {
    payloads.push_back(fmt::format(R"({{"d":"{}"}})", std::string(size, 'x')));
    sender.send(R"(["1","2","{topic}","broadcast_from",)" + payloads.back() + "]");
  }
  for (std::size_t n = 0; n < payloads.size(); ++n) {
    sender.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  }
  for (Client* member : others) {
    for (const std::string& payload : payloads) {
      member->expect(R"([null,null,"{topic}","broadcasted",)" + payload + "]");
    }
  }
  // The same for an intercepted event.
  for (const std::string& payload : {payloads[4], payloads[0], payloads[3], payloads[2]}) {
    sender.send(R"(["1","3","{topic}","intercept",)" + payload + "]");
  }
  others.push_back(&sender);
  for (Client* member : others) {
    for (const std::string& payload : {payloads[4], payloads[0], payloads[3], payloads[2]}) {
      member->expect(R"(["1",null,"{topic}","intercepted",{"intercepted_for":null,)" +
                     payload.substr(1) + "]");
    }
  }
}

RULE("N-13", must, contract, "binary payloads survive replies, pushes, broadcasts and ends",
     "Socket.V2.JSONSerializer ({:binary, data})") {
  const std::string& topic = t.word("topic");
  Client& client = t.connect();
  Client& member = t.join();
  for (const std::size_t size : {0, 1, 200, 70'000, 300'000}) {
    std::string data;
    while (data.size() < size) data += static_cast<char>(data.size() * 7);
    client.send_binary(encode(BinaryPush{"j", "1", topic, "phx_join", data}));
    client.expect(R"(["j","1","{topic}","phx_reply",{ok}])");
    const auto say = [&](const char* event) {
      client.send_binary(encode(BinaryPush{"j", "2", topic, event, data}));
    };
    say("echo");
    client.expect_binary(encode(BinaryReply{"j", "2", topic, "ok", data}));
    say("echo_error");
    client.expect_binary(encode(BinaryReply{"j", "2", topic, "error", data}));
    say("nack");
    client.expect(R"(["j","2","{topic}","phx_reply",{"status":"error","response":{}}])");
    say("noreply");
    say("push_binary");
    client.expect_binary(encode(BinaryPushed{"j", topic, "pushed_binary", data}));
    say("info");
    client.expect_binary(encode(BinaryPushed{"j", topic, "info", data}));
    say("broadcast_binary");
    client.expect_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", data}));
    client.expect(R"(["j","2","{topic}","phx_reply",{ok}])");
    member.expect_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", data}));
    say("broadcast");
    client.expect_binary(encode(BinaryBroadcast{topic, "broadcasted", data}));
    client.expect(R"(["j","2","{topic}","phx_reply",{ok}])");
    member.expect_binary(encode(BinaryBroadcast{topic, "broadcasted", data}));
    say("broadcast_from");
    client.expect(R"(["j","2","{topic}","phx_reply",{ok}])");
    member.expect_binary(encode(BinaryBroadcast{topic, "broadcasted", data}));
    say("count");
    client.expect(R"(["j","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
    // A second join, a stop, a crash, and an event of a topic that is not joined.
    client.send_binary(encode(BinaryPush{"k", "3", topic, "phx_join", data}));
    client.expect(R"(["k","3","{topic}","phx_reply",{ok}])");
    client.expect(R"(["j","j","{topic}","phx_close",{}])");
    client.send_binary(encode(BinaryPush{"k", "4", topic, "stop_reply", data}));
    client.expect_binary(encode(BinaryReply{"k", "4", topic, "ok", data}));
    client.expect(R"(["k","k","{topic}","phx_close",{}])");
    client.send_binary(encode(BinaryPush{"j", "5", topic, "phx_join", data}));
    client.expect(R"(["j","5","{topic}","phx_reply",{ok}])");
    say("no_such_event");
    client.expect(R"(["j","j","{topic}","phx_error",{any}])");
    say("echo");
    client.expect(R"([null,"2","{topic}","phx_reply",{unmatched}])");
  }
  member.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
