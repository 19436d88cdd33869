/// The floor server's answers, and the load client's measurements of it.

#include <sys/resource.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "conformance/load/bench/cases.h"
#include "conformance/load/client/error.h"
#include "conformance/load/client/websocket.h"
#include "conformance/load/floor/channels.h"
#include "conformance/load/floor/frames.h"
#include "conformance/load/floor/server.h"
#include "conformance/suite/wire/tls.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::floor;

namespace {

using testing::expect;
using testing::expect_eq;

/// The texts that the member was sent, one on each line, without the frames' heads.
std::string said(Member& member) {
  std::string texts;
  std::string_view rest = member.out;
  while (const auto frame = bench::next_frame(rest)) {
    texts.append(frame->payload).append("\n");
    rest.remove_prefix(frame->size);
  }
  member.out.clear();
  return texts;
}

struct House {
  std::vector<Member*> told;
  Channels channels{[this](Member& member) { told.push_back(&member); }};
  /// The member's answers to these messages.
  std::string says(Member& member, std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) expect(channels.handle(member, text), "the message is read");
    return said(member);
  }
};

constexpr std::string_view join_a = R"(["1","1","conformance:b","phx_join",{}])";

PHX_TEST("a masked frame is read in place, whole or not at all") {
  for (const std::size_t size : {0U, 5U, 125U, 126U, 65'535U, 65'536U}) {
    const std::string text(size, 'x');
    std::string bytes;
    bench::append_frame(bytes, bench::Opcode::text, text);
    Frame frame;
    const std::string before = bytes;
    expect(next_frame(bytes.data(), bytes.size() - 1, frame) == Read::more, "it is not complete");
    expect(bytes == before, "nothing was touched");
    expect(next_frame(bytes.data(), bytes.size(), frame) == Read::frame, "it is complete");
    expect(frame.payload == text && frame.size == bytes.size(), "and whole");
  }
}

PHX_TEST("frames that the floor does not speak are broken") {
  for (std::string bytes : {std::string("\x81\x01x", 3), std::string("\x01\x81mmmmx", 7),
                            std::string("\x82\x81mmmmx", 7), std::string("\xc1\x81mmmmx", 7),
                            std::string("\x81\xff\x01\0\0\0\0\0\0\0mmmm", 14)}) {
    Frame frame;
    expect(next_frame(bytes.data(), bytes.size(), frame) == Read::broken, "broken");
  }
}

PHX_TEST("the upgrade proves the key of RFC 6455's example, whatever the header's case") {
  const auto answer = upgrade(
      "GET /socket/websocket HTTP/1.1\r\nHost: x\r\nSEC-WebSocket-key:  dGhlIHNhbXBsZSBub25jZQ== ");
  expect(answer.accepted, "accepted");
  expect(bench::upgrade_response(answer.response) == answer.response.size(), "by the client, too");
  expect(!upgrade("GET / HTTP/1.1\r\nHost: x").accepted, "no key, no websocket");
}

PHX_TEST(
    "an envelope is split into its parts; text that JSON.stringify does not write is refused") {
  const auto cut = envelope(R"(["1",null,"conformance:b","echo",{"x":["]"]}])");
  expect(cut.has_value(), "it is one");
  expect_eq(cut->join_ref, R"("1")");
  expect_eq(cut->ref, "null");
  expect_eq(cut->topic, "conformance:b");
  expect_eq(cut->event, "echo");
  expect_eq(cut->payload, R"({"x":["]"]})");
  for (const auto* bad :
       {"", "[]", R"(["1","2","a","e"])", R"(["1","2","a","e",])", R"(["1","2",null,"e",{}])",
        R"(["1","2","a\"","e",{}])", R"({"a":1})", R"(["1, "2","a","e",{}])"})
    expect(!envelope(bad), bad);
}

PHX_TEST("join, echo, heartbeat, leave: each has its reply") {
  House house;
  Member ada;
  expect_eq(house.says(ada, {join_a, R"(["1","2","conformance:b","echo",{"x":1}])",
                             R"([null,"3","phoenix","heartbeat",{}])",
                             R"(["1","4","conformance:b","phx_leave",{}])"}),
            R"(["1","1","conformance:b","phx_reply",{"status":"ok","response":{}}]
["1","2","conformance:b","phx_reply",{"status":"ok","response":{"x":1}}]
[null,"3","phoenix","phx_reply",{"status":"ok","response":{}}]
["1","4","conformance:b","phx_reply",{"status":"ok","response":{}}]
["1","1","conformance:b","phx_close",{}]
)");
  expect_eq(house.channels.topics(), 0U);
}

PHX_TEST(
    "an invalid message is refused; without a join there is no topic; an unknown event crashes") {
  House house;
  Member ada;
  expect(!house.channels.handle(ada, "hello"), "no message");
  expect_eq(
      house.says(ada, {R"(["1","2","conformance:b","echo",{}])"}),
      R"(["1","2","conformance:b","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]
)");
  expect_eq(
      house.says(ada, {R"(["1","2","room:b","phx_join",{}])"}),
      R"(["1","2","room:b","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]
)");
  house.says(ada, {join_a});
  expect_eq(house.says(ada, {R"(["1","3","conformance:b","what",{}])"}),
            R"(["1","1","conformance:b","phx_error",{}]
)");
}

PHX_TEST("a broadcast reaches only the members of its topic, the sender before its reply") {
  House house;
  Member ada;
  Member bob;
  Member eve;
  for (auto* member : {&ada, &bob}) house.says(*member, {join_a});
  house.says(eve, {R"(["1","1","conformance:c","phx_join",{}])"});
  expect_eq(house.says(ada, {R"(["1","2","conformance:b","broadcast",{"n":1}])"}),
            R"([null,null,"conformance:b","broadcasted",{"n":1}]
["1","2","conformance:b","phx_reply",{"status":"ok","response":{}}]
)");
  expect_eq(said(bob), R"([null,null,"conformance:b","broadcasted",{"n":1}]
)");
  expect_eq(said(eve), "");
  expect(house.told == std::vector<Member*>({&ada, &bob}), "both have bytes to write");
}

PHX_TEST("a leave or a second join does not affect other members") {
  House house;
  std::vector<Member> members(4);
  for (auto& member : members)
    house.says(member, {R"(["1","1","conformance:x","phx_join",{}])", join_a});
  house.says(members[1], {join_a});
  house.channels.leave_all(members[0]);
  house.says(members[3], {R"(["1","2","conformance:b","phx_leave",{}])"});
  house.told.clear();
  house.says(members[2], {R"(["1","2","conformance:b","broadcast",{}])"});
  expect_eq(house.told.size(), 2U);
  expect_eq(said(members[1]), R"([null,null,"conformance:b","broadcasted",{}]
)");
  for (auto& member : members) house.channels.leave_all(member);
  expect_eq(house.channels.topics(), 0U);
}

/// The floor on a free port, served by a thread of its own for as long as this lives.
struct Served {
  explicit Served(bench::TlsContext tls = {}) : server("127.0.0.1", 0, std::move(tls)) {}
  Server server;
  std::thread thread{[this] { server.run(); }};
  ~Served() {
    server.stop();
    thread.join();
  }
};

PHX_TEST("the load client measures it: each reply is checked there") {
  const Served served;
  bench::Target target{"127.0.0.1", served.server.port(), "/socket", getpid()};
  bench::resolve(target);
  bench::Loop loop;
  const bench::Context context{loop, target, bench::Millis{60}, 1'024, bench::Millis{20}};
  const std::vector<std::pair<const char*, std::function<bench::Result()>>> cases{
      {"echo",
       [&] {
         return bench::echo(context, {5, 4, 100});
       }},
      {"large echo",
       [&] {
         return bench::echo(context, {2, 2, 300'000});
       }},
      {"fanout", [&] { return bench::fanout(context, 20, 4); }},
      {"heartbeats",
       [&] {
         return bench::heartbeats(context, {5, 1, 0});
       }},
      {"connects", [&] { return bench::connects(context, 5); }},
      {"latency", [&] { return bench::latency(context, {.rate = 1'000, .idle = 10}); }},
      {"echo on many topics, beside idle ones",
       [&] { return bench::echo(context, {.connections = 3, .topics = 5, .idle = 7}); }},
      {"memory",
       [&] {
         return bench::memory(context, {50, 3});
       }},
  };
  for (const auto& [name, run] : cases) {
    const auto result = run();
    expect(result.skipped.empty() && result.figure >= 0, std::string{name} + " has a figure");
    expect(result.figure > 0 || result.kernel_bytes, std::string{name} + " has counted something");
  }
  expect(!bench::burns(context, 2, 10).skipped.empty(), "the floor has no bench:*");
}

/// A large echo is many records, and more than the socket takes at once.
void expect_figures_over_tls(const bench::Target& target) {
  bench::Loop loop;
  const bench::Context context{loop, target, bench::Millis{60}, 1'024, bench::Millis{20}};
  for (const auto& result :
       {bench::echo(context, {5, 4, 100}), bench::echo(context, {2, 2, 1'000'000}),
        bench::fanout(context, 20, 4), bench::connects(context, 5)}) {
    expect(result.skipped.empty() && result.figure > 0, "it has counted something");
  }
}

PHX_TEST("the load client measures it over TLS, if its certificate is trusted") {
  const testing::Certificate certificate;
  const Served served{bench::serving_tls(certificate.cert(), certificate.key())};
  bench::Target target{"127.0.0.1", served.server.port(), "/socket", getpid()};
  bench::resolve(target);
  target.tls = conformance::make_tls_context({.ca = certificate.cert()});
  expect_figures_over_tls(target);
  target.tls = conformance::make_tls_context({.anyone = true});
  expect_figures_over_tls(target);

  target.tls = conformance::make_tls_context({});
  bench::Loop loop;
  const bench::Context context{loop, target, bench::Millis{60}, 1'024, bench::Millis{20}};
  try {
    bench::connects(context, 1);
    testing::expect(false, "a self-signed certificate is not trusted");
  } catch (const bench::Failure& failure) {
    expect(std::string_view(failure.what()).find("--insecure accepts any") != std::string::npos,
           failure.what());
  }
}

PHX_TEST("a load over TLS fails at a server that speaks none") {
  const Served served;
  bench::Target target{"127.0.0.1", served.server.port(), "/socket", getpid()};
  bench::resolve(target);
  target.tls = conformance::make_tls_context({.anyone = true});
  bench::Loop loop;
  const bench::Context context{loop, target, bench::Millis{60}, 1'024, bench::Millis{20}};
  testing::expect_throw<bench::Failure>([&] { bench::connects(context, 1); });
}

PHX_TEST("an open loop that the server can't follow is reported as saturated, if allowed") {
  const Served served;
  bench::Target target{"127.0.0.1", served.server.port(), "/socket", std::nullopt};
  bench::resolve(target);
  bench::Loop loop;
  const bench::Context context{loop, target, bench::Millis{60}, 1'024, bench::Millis{20}};
  const bench::Schedule too_much{.rate = 50'000'000};
  testing::expect_throw<bench::Failure>([&] { bench::latency(context, too_much); });
  // On a busy machine no answer at all may come in time, and even 100 a second may come late, but
  // not every time.
  bool answered = false, followed = false;
  for (int tries = 0; tries < 50 && !answered; ++tries) {
    const auto told = bench::latency(context, {.rate = 50'000'000, .may_saturate = true});
    expect(told.saturated, "it is saturated");
    answered = told.rate > 0;
  }
  expect(answered, "a saturated server answers some");
  for (int tries = 0; tries < 50 && !followed; ++tries) {
    followed = !bench::latency(context, {.rate = 100, .may_saturate = true}).saturated;
  }
  expect(followed, "100 a second can be followed");
}

}  // namespace
