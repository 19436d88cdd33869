/// L: how a channel ends — left, stopped, crashed, or with its connection.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"

namespace phx::conformance {
namespace {

RULE("L-01", must, core, "a leave is answered ok, and then comes phx_close",
     "Channel.Server.handle_info phx_leave") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","phx_leave",{}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{}}])");
  client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
  client.expect_silence();
}

RULE("L-02", must, core, "phx_close has the join_ref as its ref, and an empty payload",
     "Phoenix.Socket.encode_close") {
  Client& client = t.connect();
  client.send(R"(["the join_ref","1","{topic}","phx_join",{join}])");
  client.expect(R"(["the join_ref","1","{topic}","phx_reply",{ok}])");
  client.send(R"(["the join_ref","2","{topic}","phx_leave",{}])");
  client.expect(R"(["the join_ref","2","{topic}","phx_reply",{ok}])");
  client.expect(R"(["the join_ref","the join_ref","{topic}","phx_close",{}])");
  client.send(R"([7,"3","{topic}","phx_join",{join}])");
  client.expect(R"([7,"3","{topic}","phx_reply",{ok}])");
  client.send(R"([7,"4","{topic}","phx_leave",{}])");
  client.expect(R"([7,"4","{topic}","phx_reply",{ok}])");
  client.expect(R"([7,7,"{topic}","phx_close",{}])");
}

RULE("L-03", must, contract, "an event after the leave is unmatched",
     "Phoenix.Socket.handle_in nil") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.send(R"(["1","3","{topic}","echo",{}])");
  client.expect(R"([{any},"3","{topic}","phx_reply",{refused}])");
}

RULE("L-04", must, core, "leaving a topic not joined is answered ok, without phx_close",
     "Phoenix.Socket.handle_in nil phx_leave") {
  Client& client = t.connect();
  client.send(R"(["1","1","{topic}","phx_leave",{}])");
  client.expect(R"(["1","1","{topic}","phx_reply",{"status":"ok","response":{}}])");
  client.send(R"([null,"2","{nowhere}","phx_leave",{}])");
  client.expect(R"([null,"2","{nowhere}","phx_reply",{"status":"ok","response":{}}])");
  client.expect_silence();
}

RULE("L-05", must, core, "after a leave the topic can be joined again with a new join_ref",
     "Phoenix.Socket.handle_in phx_join") {
  Client& client = t.join();
  for (const char* join_ref : {"1", "2", "3"}) {
    client.send(fmt::format(R"(["{}","l","{{topic}}","phx_leave",{{}}])", join_ref));
    client.expect(fmt::format(R"(["{}","l","{{topic}}","phx_reply",{{ok}}])", join_ref));
    client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
    const int next = join_ref[0] - '0' + 1;
    client.send(fmt::format(R"(["{0}","{0}","{{topic}}","phx_join",{{join}}])", next));
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}","phx_reply",{{ok}}])", next));
  }
}

RULE("L-06", must, core, "a leave with a stale join_ref is ignored; the newer join lives",
     "Phoenix.Socket.handle_in phx_leave") {
  Client& client = t.join();
  client.send(R"(["2","2","{topic}","phx_join",{join}])");
  client.expect_in_any_order(
      {R"(["2","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.send(R"(["1","3","{topic}","phx_leave",{}])");
  client.expect_silence();
  client.send(R"(["2","4","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["2","4","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
}

RULE("L-07", must, contract, "a channel that stops normally or with shutdown sends only phx_close",
     "Channel.Server.handle_result") {
  Client& client = t.connect();
  for (const char* how : {"stop", "stop_shutdown", "stop_shutdown_tuple"}) {
    client.send(R"(["1","1","{topic}","phx_join",{}])");
    client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{{}}])", how));
    client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
    client.expect_silence();
  }
}

RULE("L-08", must, contract, "a stop with a reply sends the reply first, then phx_close",
     "Phoenix.Channel handle_in {:stop, …}") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","stop_reply",{"p":1}])");
  client.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"p":1}}])");
  client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
  client.expect_silence();
}

constexpr const char* crashes[] = {"crash", "exit", "stop_error", "bad_return", "no_such_event"};

RULE("L-09", must, contract,
     "a crash, an abnormal stop, a bad return or an unhandled event sends phx_error",
     "Phoenix.Socket.encode_on_exit") {
  Client& client = t.connect();
  for (const char* how : crashes) {
    client.send(R"(["jr","1","{topic}","phx_join",{}])");
    client.expect(R"(["jr","1","{topic}","phx_reply",{ok}])");
    client.send(fmt::format(R"(["jr","2","{{topic}}","{}",{{}}])", how));
    client.expect(R"(["jr","jr","{topic}","phx_error",{any}])");
    client.expect_silence();
  }
  client.send(R"([7,"1","{topic}","phx_join",{}])");
  client.expect(R"([7,"1","{topic}","phx_reply",{ok}])");
  client.send(R"([7,"2","{topic}","crash",{}])");
  client.expect(R"([7,7,"{topic}","phx_error",{any}])");
}

RULE("L-10", should, contract, "the payload of phx_error says channel_crash",
     "Phoenix.Socket.encode_on_exit") {
  const char* payload = t.release() < says_channel_crash ? "{}" : R"({"reason":"channel_crash"})";
  Client& client = t.connect();
  for (const char* how : crashes) {
    client.send(R"(["1","1","{topic}","phx_join",{}])");
    client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{{}}])", how));
    client.expect(fmt::format(R"([{{any}},{{any}},"{{topic}}","phx_error",{}])", payload));
  }
}

RULE("L-11", must, contract, "a crash gets no reply, and affects only its own channel",
     "one process a channel") {
  Client& client = t.join();
  Client& member = t.join();
  client.send(R"(["2","2","{other}","phx_join",{}])");
  client.expect(R"(["2","2","{other}","phx_reply",{ok}])");
  client.send(R"(["2","3","{other}","count",{}])");
  client.expect(R"(["2","3","{other}","phx_reply",{"status":"ok","response":{"count":1}}])");
  client.send(R"(["1","4","{topic}","crash",{}])");
  client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  client.send(R"(["2","5","{other}","count",{}])");
  client.expect(R"(["2","5","{other}","phx_reply",{"status":"ok","response":{"count":2}}])");
  member.send(R"(["1","2","{topic}","ack",{}])");
  member.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
}

RULE("L-12", must, contract,
     "after a crash an event is unmatched, and the topic can be joined again",
     "Phoenix.Socket.handle_in nil") {
  Client& client = t.join();
  client.send(R"(["1","2","{topic}","crash",{}])");
  client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  client.send(R"(["1","3","{topic}","echo",{}])");
  client.expect(R"([{any},"3","{topic}","phx_reply",{refused}])");
  client.send(R"(["4","4","{topic}","phx_join",{}])");
  client.expect(R"(["4","4","{topic}","phx_reply",{ok}])");
  client.send(R"(["4","5","{topic}","count",{}])");
  client.expect(R"(["4","5","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("L-13", must, contract, "when the connection ends, however it ends, its channels end too",
     "Channel.Server monitors the transport_pid") {
  Client& observer = observe(t);
  Client& closing = t.join();
  closing.send_frame({.opcode = Opcode::close, .payload = close_payload(1001)});
  closing.expect_any_end();
  observed_reason(observer);

  Client& finishing = t.join();
  finishing.finish();
  finishing.expect_any_end();
  observed_reason(observer);

  Client& resetting = t.join();
  resetting.reset();
  resetting.expect_any_end();
  observed_reason(observer);

  Client& babbling = t.join();
  babbling.send("this is no JSON");
  babbling.expect_any_end();
  observed_reason(observer);
}

RULE("L-25", must, contract,
     "messages that a client sent before its connection ended are handled, however it ended",
     "signals between two processes keep their order") {
  const std::vector<Frame> last_frames{
      {.opcode = Opcode::close, .payload = close_payload(1000)},
      {.opcode = Opcode::close, .payload = close_payload(999)},
      {.payload = "this is no JSON"},
      {.payload = "a frame without a mask", .masked = false},
  };
  Client& member = t.join();
  int n = 0;
  const auto expect_last = [&](const auto& speak) {
    Client& client = t.join();
    speak(client, Frame{.payload = t.fill(fmt::format(
                            R"(["1",null,"{{topic}}","broadcast_from",{{"n":{}}}])", ++n))});
    client.forget();  // whether it is still answered is a race
    member.expect(fmt::format(R"([null,null,"{{topic}}","broadcasted",{{"n":{}}}])", n));
  };
  for (const Frame& last : last_frames) {
    expect_last([&](Client& client, const Frame& event) { client.send_frames({event, last}); });
  }
  expect_last([](Client& client, const Frame& event) {
    client.send_frame(event);
    client.finish();
  });
  // The same after an event that the channel is busy with.
  const Frame slow{.payload = t.fill(R"(["1","s","{topic}","slow",{"ms":100}])")};
  expect_last([&](Client& client, const Frame& event) {
    client.send_frames({slow, event, last_frames.front()});
  });
  expect_last([&](Client& client, const Frame& event) {
    client.send_frames({slow, event});
    t.wait(Millis{30});  // by now the channel is busy with it
    client.finish();
  });
}

RULE("L-26", must, contract, "a leave waits for the channel's earlier messages",
     "Channel.Server (one mailbox)") {
  Client& client = t.join();
  client.send_together({R"(["1","2","{topic}","slow",{"ms":50}])",
                        R"(["1","3","{topic}","count",{}])",
                        R"(["1","4","{topic}","phx_leave",{}])"});
  client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  client.expect(R"(["1","4","{topic}","phx_reply",{ok}])");
  client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
}

RULE("L-14", must, contract, "terminate sees a leave as left, and a closed connection as closed",
     "Channel.Server {:shutdown, …}") {
  Client& observer = observe(t);
  Client& leaving = t.join();
  leaving.send(R"(["1","2","{topic}","phx_leave",{}])");
  leaving.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  expect_observed_reason(observer, "left");
  Client& closing = t.join();
  closing.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  closing.expect_any_end();
  expect_observed_reason(observer, "closed");
}

RULE("L-15", may, contract,
     "leave and join in one segment: the new join's reply, then phx_close of the old",
     "Phoenix.Socket.shutdown_duplicate_channel") {
  Client& client = t.join();
  client.send_together(
      {R"(["1","2","{topic}","phx_leave",{}])", R"(["3","3","{topic}","phx_join",{}])"});
  // Whether the leave is still answered is a race that Phoenix itself leaves open.
  const char* leave_reply = R"(["1","2","{topic}","phx_reply",{ok}])";
  client.expect_perhaps_after(leave_reply, R"(["3","3","{topic}","phx_reply",{ok}])");
  client.expect_perhaps_after(leave_reply, R"(["1",{any},"{topic}","phx_close",{any}])");
  client.send(R"(["3","4","{topic}","count",{}])");
  client.expect_perhaps_after(
      leave_reply, R"(["3","4","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("L-16", must, contract,
     "an event in flight after a leave, a stop or a crash is dropped silently",
     "a message to a process that is gone") {
  Client& client = t.join();
  client.send_together(
      {R"(["1","2","{topic}","phx_leave",{}])", R"(["1","3","{topic}","echo",{"late":true}])"});
  client.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.expect_silence();
  client.send(R"(["4","4","{topic}","phx_join",{}])");
  client.expect(R"(["4","4","{topic}","phx_reply",{ok}])");
  client.send_together(
      {R"(["4","5","{topic}","crash",{}])", R"(["4","6","{topic}","echo",{"late":true}])"});
  client.expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  client.expect_silence();
  for (const char* how : {"stop", "stop_shutdown"}) {
    client.send(R"(["7","7","{topic}","phx_join",{}])");
    client.expect(R"(["7","7","{topic}","phx_reply",{ok}])");
    client.send_together({fmt::format(R"(["7","8","{{topic}}","{}",{{}}])", how),
                          R"(["7","9","{topic}","echo",{"late":true}])"});
    client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
    client.expect_silence();
  }
}

RULE("L-17", must, core, "a leave with join_ref null leaves the current join",
     "Phoenix.Socket.handle_in phx_leave (is_nil(join_ref))") {
  const bool taken = t.release() >= takes_null_join_refs_again;
  Client& client = t.join();
  client.send(R"([null,"2","{topic}","phx_leave",{}])");
  if (!taken) {  // it is ignored, and the topic is left as usual
    client.expect_silence();
    client.send(R"(["1","2","{topic}","phx_leave",{}])");
  }
  client.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.expect_silence();
}

RULE("L-18", must, contract, "of two leaves sent together only the first is answered",
     "a message to a process that is gone") {
  Client& client = t.join();
  client.send_together(
      {R"(["1","2","{topic}","phx_leave",{}])", R"(["1","3","{topic}","phx_leave",{}])"});
  client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
  client.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
