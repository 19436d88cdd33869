/// K: the heartbeat on the topic `phoenix`, websocket pings, and the idle timeout.

#include <fmt/format.h>

#include <utility>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"

namespace phx::conformance {
namespace {

constexpr Millis short_timeout{1'500};  // the contract's mount /short
constexpr Millis half_timeout = short_timeout / 2;
constexpr Millis slack{100};                    // between the clocks of two processes
constexpr Millis open = short_timeout - slack;  // certainly after a byte of the client's
const Codes idle_codes{1000, 1002};             // Cowboy's and Bandit's

Clock::duration since(Clock::time_point start) { return Clock::now() - start; }

void expect_not_before(Clock::time_point start, Millis earliest) {
  const auto lived = std::chrono::duration_cast<Millis>(since(start));
  if (lived >= earliest) return;
  throw Violation(fmt::format("the connection to live for {} ms", earliest.count()),
                  fmt::format("it was closed after {} ms", lived.count()));
}

/// On a busy machine anything may come late: it is tried again.
void expect_not_after(Clock::time_point start, Millis latest) {
  const auto lived = std::chrono::duration_cast<Millis>(since(start));
  if (lived <= latest) return;
  throw SeenTooLate({fmt::format("the connection to be closed within {} ms", latest.count()),
                     fmt::format("it was closed after {} ms", lived.count())});
}

RULE("K-01", must, core, "a heartbeat is answered ok", "Phoenix.Socket.handle_in heartbeat") {
  Client& client = t.connect();
  for (const char* payload : {"{}", R"({"p":1})", "null"}) {  // which is not sent back
    client.send(fmt::format(R"([null,"1","phoenix","heartbeat",{}])", payload));
    client.expect(R"([null,"1","phoenix","phx_reply",{"status":"ok","response":{}}])");
  }
  for (const char* ref : {"null", "7", R"("")"}) {
    client.send(fmt::format(R"([null,{},"phoenix","heartbeat",{{}}])", ref));
    client.expect(fmt::format(R"([null,{},"phoenix","phx_reply",{{ok}}])", ref));
  }
  client.expect_silence();
}

RULE("K-02", must, core, "before any join, between joins and while a channel is busy",
     "Phoenix.Socket.handle_in heartbeat") {
  const Millis busy = t.length("busy", Millis{200});
  Client& client = t.connect();
  client.send(R"([null,"before","phoenix","heartbeat",{}])");
  client.expect(R"([{any},"before","phoenix","phx_reply",{any}])");
  client.send(R"(["1","1","{topic}","phx_join",{join}])");
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  client.send(R"([null,"between","phoenix","heartbeat",{}])");
  client.expect(R"([{any},"between","phoenix","phx_reply",{any}])");
  if (t.core_only()) return;
  client.send(R"(["2","2","{other}","phx_join",{}])");
  client.expect(R"(["2","2","{other}","phx_reply",{ok}])");
  const auto start = Clock::now();
  client.send_together(
      {R"(["2","3","{other}","slow",{"ms":{busy}}])", R"([null,"busy","phoenix","heartbeat",{}])"});
  t.in_time(start, busy,
            [&client] { client.expect(R"([{any},"busy","phoenix","phx_reply",{any}])"); });
  client.expect(R"(["2","3","{other}","phx_reply",{"status":"ok","response":{"ms":{busy}}}])");
}

RULE("K-03", must, core, "a join_ref on a heartbeat is not echoed",
     "Phoenix.Socket.handle_in heartbeat (a Reply without join_ref)") {
  Client& client = t.connect();
  client.send(R"(["7","1","phoenix","heartbeat",{}])");
  client.expect(R"([null,"1","phoenix","phx_reply",{any}])");
}

RULE("K-04", must, core, "any other event on the topic phoenix is unmatched",
     "Phoenix.Socket.handle_in nil") {
  Client& client = t.connect();
  client.send(R"([null,"1","phoenix","unknown",{}])");
  client.expect(R"([{any},"1","phoenix","phx_reply",{refused}])");
  client.send(R"(["2","2","phoenix","phx_join",{}])");
  client.expect(R"([{any},"2","phoenix","phx_reply",{refused}])");
}

RULE("K-05", must, contract,
     "a connection that sends nothing is closed after the idle timeout, not before",
     "Transports.WebSocket timeout → the HTTP server's idle timeout") {
  Client& observer = observe(t);
  Client& client = t.join({.mount = "/short"});
  Client& bystander = t.join();  // with a timer due much later
  bystander.forget();
  bystander.send(R"(["1","2","{topic}","async",{"ms":20000}])");
  t.wait(Millis{200});  // the time counts from the last byte, not from the start
  const auto start = Clock::now();
  client.send(R"([null,"2","phoenix","heartbeat",{}])");
  client.expect(R"([null,"2","phoenix","phx_reply",{ok}])");
  const auto answered = Clock::now();
  client.expect_close(idle_codes);
  expect_not_before(start, open);
  expect_not_after(answered, short_timeout + t.patience() / 5);
  observed_reason(observer);  // and its channels end with it
}

RULE("K-06", must, contract, "heartbeats keep a connection open past the idle timeout",
     "the idle timeout counts what is received") {
  const auto start = Clock::now();
  Client& client = t.connect({.mount = "/short"});
  auto spoke = start;
  const auto beat = [&] {
    const auto before = std::exchange(spoke, Clock::now());
    t.in_time(before, open, [&client] { client.expect_silence(); });
  };
  while (since(start) < short_timeout + half_timeout) {
    beat();
    t.wait(half_timeout);
  }
  beat();
}

RULE("K-07", must, contract,
     "any byte from the client keeps it open (a ping, a pong, part of a frame); frames to the "
     "client don't",
     "the idle timeout counts what is received") {
  const auto start = Clock::now();
  Client& pinging = t.connect({.mount = "/short"});
  Client& ponging = t.connect({.mount = "/short"});
  Client& dripping = t.connect({.mount = "/short"});
  Client& listening = t.join({.mount = "/short"});
  const auto late = half_timeout + Millis{250};
  const auto asked = Clock::now();
  listening.send(fmt::format(R"(["1","2","{{topic}}","async",{{"ms":{}}}])", late.count()));

  t.wait(late);
  const auto spoke = Clock::now();
  pinging.send_frame({.opcode = Opcode::ping, .payload = "still here"});
  ponging.send_frame({.opcode = Opcode::pong, .payload = "unasked"});
  const std::string frame = encode({.payload = R"([null,"d","phoenix","heartbeat",{}])"}, Mask{});
  dripping.send_bytes(frame.substr(0, 10));
  t.in_time(asked, open, [&] {
    listening.expect(
        fmt::format(R"(["1","2","{{topic}}","phx_reply",{{"status":"ok","response":{{"ms":{}}}}}])",
                    late.count()));
  });
  listening.expect_close(idle_codes);
  expect_not_before(asked, open);
  expect_not_after(asked, late + open - slack);  // otherwise the reply kept it

  t.in_time(spoke - start > open ? start : spoke, open, [&] {
    pinging.expect_pong("still here");
    pinging.expect_silence();
    ponging.expect_silence();
    dripping.send_bytes(frame.substr(10));
    dripping.expect(R"([null,"d","phoenix","phx_reply",{ok}])");
  });
}

RULE("K-08", must, core, "a websocket ping is answered by a pong with the same bytes",
     "RFC 6455, 5.5.3") {
  Client& client = t.connect();
  for (const std::string& payload :
       {std::string("hi"), std::string(), std::string(125, 'x'), std::string("\x00\xff\x7f", 3)}) {
    client.send_frame({.opcode = Opcode::ping, .payload = payload});
    client.expect_pong(payload);
  }
  client.send_frame({.opcode = Opcode::pong, .payload = "unasked"});
  client.expect_silence();
}

RULE("K-09", must, core, "pipelined heartbeats are all answered, in order",
     "Phoenix.Socket.handle_in heartbeat") {
  Client& client = t.connect();
  std::vector<std::string> beats;
  for (int i = 0; i < 100; ++i) {
    beats.push_back(fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", i));
  }
  client.send_together(beats);
  for (int i = 0; i < 100; ++i) {
    client.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", i));
  }
}

RULE("K-10", must, contract, "on any other topic heartbeat is an ordinary event",
     "Phoenix.Socket.handle_in (topic \"phoenix\" alone)") {
  Client& client = t.connect();
  client.send(R"([null,"1","{topic}","heartbeat",{}])");
  client.expect(R"([{any},"1","{topic}","phx_reply",{refused}])");
  client.send(R"(["2","2","{topic}","phx_join",{}])");
  client.expect(R"(["2","2","{topic}","phx_reply",{ok}])");
  client.send(R"(["2","3","{topic}","heartbeat",{}])");  // the channel has no handler for it
  client.expect(R"(["2","2","{topic}","phx_error",{any}])");
  client.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
