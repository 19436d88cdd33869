/// P: a conversation, a session's opening, and the bodies.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"
#include "conformance/suite/wire/base64.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

/// The answer to `connect_info`: these members; others are left open.
std::string connect_info(const std::string& known) {
  std::string members;
  for (const char* name : {"peer", "user_agent", "x_headers", "trace_context_headers", "uri",
                           "auth_token", "params"}) {
    const std::string key = fmt::format(R"("{}":)", name);
    if (known.find(key) == std::string::npos) members += key + "{any},";
  }
  return R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{)" + members + known + "}}]";
}

void expect_connect_info(Poller& poller, const std::string& known) {
  poller.join();
  poller.post(R"(["1","2","{topic}","connect_info",{}])");
  poller.expect(connect_info(known));
}

/// J-01, K-01, L-01 and, with another member (so only with the contract), R-01 and B-03, in V2.
void hold_a_conversation_in_v2(Trial& t, Client* member) {
  Poller& poller = t.poll({.vsn = "2.0.0"});
  poller.post(R"(["1","1","{topic}","phx_join",{join}])");
  poller.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  poller.post(R"([null,"2","phoenix","heartbeat",{}])");
  poller.expect(R"([null,"2","phoenix","phx_reply",{ok}])");
  if (member) {
    poller.post(R"(["3","3","{other}","phx_join",{}])");
    poller.expect(R"(["3","3","{other}","phx_reply",{ok}])");
    poller.post(R"(["3","4","{other}","echo",{"e":1}])");
    poller.expect(R"(["3","4","{other}","phx_reply",{"status":"ok","response":{"e":1}}])");
    poller.post(R"(["3","5","{other}","broadcast",{"b":2}])");
    poller.expect_in_any_order({R"([{any},{any},"{other}","broadcasted",{"b":2}])",
                                R"(["3","5","{other}","phx_reply",{ok}])"});
    member->expect(R"([{any},{any},"{other}","broadcasted",{"b":2}])");
    poller.post(R"(["3","6","{other}","phx_leave",{}])");  // not V1's broadcast
    poller.expect(R"(["3","6","{other}","phx_reply",{ok}])");
    poller.expect(R"([{any},{any},"{other}","phx_close",{any}])");
  }
  poller.post(R"(["1","7","{topic}","phx_leave",{}])");
  poller.expect(R"(["1","7","{topic}","phx_reply",{ok}])");
  poller.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
}

/// The same in V1.
void hold_a_conversation_in_v1(Trial& t, Client* member) {
  Poller& poller = t.poll({.vsn = "1.0.0"});
  poller.post(
      R"({"topic":"{topic}","event":"phx_join","payload":{join},"ref":"1","join_ref":"1"})");
  poller.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  poller.post(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"2"})");
  poller.expect(R"({"topic":"phoenix","event":"phx_reply","payload":{ok},"ref":"2"})");
  if (member) {
    poller.post(R"({"topic":"{other}","event":"phx_join","payload":{},"ref":"3","join_ref":"3"})");
    poller.expect(R"({"topic":"{other}","event":"phx_reply","payload":{ok},"ref":"3"})");
    poller.post(R"({"topic":"{other}","event":"echo","payload":{"e":1},"ref":"4","join_ref":"3"})");
    poller.expect(R"({"topic":"{other}","event":"phx_reply",
                      "payload":{"status":"ok","response":{"e":1}},"ref":"4"})");
    poller.post(
        R"({"topic":"{other}","event":"broadcast","payload":{"b":2},"ref":"5","join_ref":"3"})");
    poller.expect_in_any_order(
        {R"({"topic":"{other}","event":"broadcasted","payload":{"b":2},"ref":null})",
         R"({"topic":"{other}","event":"phx_reply","payload":{ok},"ref":"5"})"});
    member->expect(R"([{any},{any},"{other}","broadcasted",{"b":2}])");
  }
  poller.post(R"({"topic":"{topic}","event":"phx_leave","payload":{},"ref":"6","join_ref":"1"})");
  poller.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"6"})");
  poller.expect(R"({"topic":"{topic}","event":"phx_close","payload":{},"ref":"1"})");
}

RULE("P-15", must, core, "J-01, R-01, B-03, L-01 and K-01 hold over long-polling, V1 and V2",
     "Phoenix.Socket knows no transport") {
  Client* member = nullptr;  // which also gets the broadcasts, if there are any
  if (!t.core_only()) {
    member = &t.connect();
    member->send(R"(["m","m","{other}","phx_join",{}])");
    member->expect(R"(["m","m","{other}","phx_reply",{ok}])");
  }
  hold_a_conversation_in_v2(t, member);
  hold_a_conversation_in_v1(t, member);
}

RULE("P-22", must, contract, "the auth token in x-phoenix-authtoken reaches connect",
     "LongPoll.maybe_auth_token_from_header") {
  if (t.release() < reads_auth_tokens) throw Skipped("auth tokens came with 1.8.0");
  const Opening with_token{.mount = "/auth", .headers = {{"X-Phoenix-AuthToken", "secret-token"}}};
  expect_connect_info(t.poll(with_token), R"("auth_token":"secret-token")");
  expect_connect_info(t.poll({.mount = "/auth"}), R"("auth_token":null)");
  // If the mount asks for no token, none is read.
  expect_connect_info(t.poll({.headers = with_token.headers}), R"("auth_token":null)");
}

RULE("P-23", must, contract, "connect is given a session's parameters, path and headers",
     "LongPoll.new_session (conn.params, connect_info)") {
  const Opening opening{.mount = "/tenant/acme/socket",
                        .query = "user_id=u1&a[b]=c&tenant=fromquery",
                        .headers = {{"User-Agent", "probe/1.0"}, {"X-Custom", "a"}}};
  expect_connect_info(t.poll(opening),
                      R"("user_agent":"probe/1.0","x_headers":[["x-custom","a"]],"params":)" +
                          t.connect_params(R"("user_id":"u1","a":{"b":"c"},"tenant":"acme")"));
  // Everything that a websocket's connect gets is here too, and nothing that was not sent.
  const Opening whole{.query = "user_id=ci&l[]=x",
                      .headers = {{"User-Agent", "probe/2.0"},
                                  {"X-A", "1"},
                                  {"X-B", "2"},
                                  {"Xylo", "no"},
                                  {"traceparent", "00-0af7-b7ad-01"},
                                  {"tracestate", "congo=t61"}}};
  expect_connect_info(
      t.poll(whole),
      R"("auth_token":null,"user_agent":"probe/2.0","x_headers":[["x-a","1"],["x-b","2"]],
         "trace_context_headers":[["traceparent","00-0af7-b7ad-01"],["tracestate","congo=t61"]],
         "uri":")" +
          (t.origin() + t.longpoll(whole).target) + R"(","params":)" +
          t.connect_params(R"("user_id":"ci","l":["x"])"));
  expect_connect_info(t.poll(), R"("auth_token":null,"user_agent":null,"x_headers":[],
                                   "trace_context_headers":[])");
}

RULE("P-24", should, contract, "a connect that raises is HTTP 500, and the server goes on",
     "Plug's rescue") {
  t.need_longpoll();
  t.expect_status(t.longpoll({.query = "token=raise"}), 500);
  t.expect_server_goes_on();
}

RULE("P-25", must, contract, "every byte survives in a line of base64, which may end in CRLF",
     "LongPoll.publish (String.splitter, Base.decode64!)") {
  if (t.release() < takes_binary_poll_lines) throw Skipped("there are no such lines before 1.7.7");
  const std::string& topic = t.word("topic");
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  Client& member = t.join();
  for (const char* line_end : {"\n", "\r\n", "\r\n"}) {
    Poller& poller = t.poll();
    poller.join();
    poller.post_lines({base64(encode(BinaryPush{"1", "2", topic, "ack", every_byte})),
                       base64(encode(BinaryPush{"1", "3", topic, "nack", every_byte})),
                       R"(["1","4","{topic}","ack",{}])"},
                      line_end);
    poller.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    poller.expect(R"(["1","3","{topic}","phx_reply",{"status":"error","response":{}}])");
    poller.expect(R"(["1","4","{topic}","phx_reply",{ok}])");
    poller.post_lines(
        {base64(encode(BinaryPush{"1", "5", topic, "broadcast_binary", every_byte}))});
    member.expect_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", every_byte}));
    poller.forget();        // its own copy is not text: in Phoenix not even the poll survives that
    every_byte.pop_back();  // so that the next line has other padding
  }
}

RULE("P-26", must, contract, "waiting messages come whole and in order, however many",
     "LongPoll.Server (buffer)") {
  Poller& poller = t.poll();
  poller.join();
  const std::vector<std::size_t> sizes{700'000, 3, 700'001, 400'000, 5, 1'200'000, 8};
  for (const std::size_t size : sizes) {
    poller.post(R"(["1","2","{topic}","echo",{"d":")" + std::string(size, 'x') + R"("}])");
  }
  for (const std::size_t size : sizes) {
    poller.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"d":")" +
                  std::string(size, 'x') + R"("}}])");
  }
  constexpr int batches = 6, a_batch = 100;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<std::string> lines;
    for (int i = 0; i < a_batch; ++i) {
      lines.push_back(fmt::format(R"(["1","{}","{{topic}}","ack",{{}}])", batch * a_batch + i));
    }
    poller.post_lines(lines);
  }
  for (int ref = 0; ref < batches * a_batch; ++ref) {
    poller.expect(fmt::format(R"(["1","{}","{{topic}}","phx_reply",{{ok}}])", ref));
  }
}

RULE("P-43", must, contract, "a session has no limit of bytes polled", "LongPoll.Server (buffer)") {
  constexpr int messages = 5;  // thirty-five megabytes
  const std::string large(7'000'000, 'x');
  Poller& poller = t.poll();
  poller.join();
  for (int i = 0; i < messages; ++i) {
    poller.post(R"(["1","2","{topic}","echo",{"d":")" + large + R"("}])");
    const std::string message = poller.take("an echo of seven megabytes");
    if (message.find('"' + large + '"') == message.npos) {
      throw Violation("an echo of seven megabytes", shortened(message, 100));
    }
  }
  poller.expect_silence();
}

RULE("P-27", should, core,
     "a line that is not base64 is HTTP 500, and lines after it are not handled",
     "LongPoll.safe_decode64!") {
  if (t.release() < takes_binary_poll_lines) throw Skipped("there are no such lines before 1.7.7");
  Poller& poller = t.poll();
  const std::string behind = R"([null,"1","phoenix","heartbeat",{}])";
  for (const char* line : {"!!!!", "AAA", "AA A", "AA==AA=="}) {
    const Request post = poller.request("POST", line + ("\n" + behind));
    t.expect_status(post.with("Content-Type", "application/x-ndjson"), 500);
    poller.expect_silence();
  }
}

RULE("P-28", should, contract, "a body of more than 8,000,000 bytes is HTTP 400",
     "Plug.Conn.read_body (length)") {
  Poller& poller = t.poll();
  const std::string open = R"([null,"1","phoenix","heartbeat",{"d":")";
  const std::string large = open + std::string(8'100'000, 'x') + R"("}])";
  t.expect_status(poller.request("POST", large), 400);
  poller.expect_silence();
}

RULE("P-29", must, core, "a body in chunks is read like one with a length", "RFC 9112, 7.1") {
  Poller& poller = t.poll();
  Request post = poller.request("POST").with("Transfer-Encoding", "chunked");
  const std::string head = post.with("Content-Type", "application/json").text();
  const std::string first = R"([null,"1","phoe)", second = R"(nix","heartbeat",{}])";
  Connection& connection = t.dial("a post in chunks");
  connection.send_bytes(head + fmt::format("{:x}\r\n{}\r\n", first.size(), first),
                        "head and a chunk");
  t.wait(Millis{5});
  connection.send_bytes(fmt::format("{:X}\r\n{}\r\n0\r\n\r\n", second.size(), second), "the rest");
  const auto response = connection.response(t.deadline());
  if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
  checked_body(*response, R"({"status":200})", t.name_of(connection));
  poller.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
  for (const char* coding : {"Chunked", "CHUNKED"}) {
    const std::string whole = R"([null,"2","phoenix","heartbeat",{}])";
    Connection& other = t.dial("a post in chunks that says so in capitals");
    other.send_bytes(poller.request("POST").with("Transfer-Encoding", coding).text() +
                         fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", whole.size(), whole),
                     "the request");
    const auto answered = other.response(t.deadline());
    if (!answered) throw Violation("an HTTP response", "none", t.name_of(other));
    checked_body(*answered, R"({"status":200})", t.name_of(other));
    poller.expect(R"([{any},"2","phoenix","phx_reply",{any}])");
  }
  Connection& slow = t.dial("a post of no chunks, byte by byte");
  Request empty = t.longpoll().with("Transfer-Encoding", "chunked");
  empty.method = "POST";
  slow.send_bytes(empty.text(), "head");
  for (const char byte : std::string_view("0\r\n\r\n")) {
    t.wait(Millis{5});
    slow.send_bytes(std::string(1, byte), "one byte");
  }
  const auto refused = slow.response(t.deadline());
  if (!refused) throw Violation("an HTTP response", "none", t.name_of(slow));
  checked_body(*refused, R"({"status":410})", t.name_of(slow));
}

RULE("P-30", should, core, "an answer has JSON's content type, and a preflight its lifetime",
     "LongPoll.send_json, dispatch OPTIONS") {
  Poller& poller = t.poll();
  const auto expect_header = [&](const Request& request, const char* name, const char* value) {
    const Response response = t.expect_status(request, 200);
    const std::string came = response.header(name).value_or("(absent)");
    if (came == value) return;
    throw Violation(fmt::format("{}: {}", name, value), fmt::format("{}: {}", name, came));
  };
  constexpr const char* json = "application/json; charset=utf-8";
  expect_header(t.longpoll(), "content-type", json);
  expect_header(poller.request("POST", R"([null,"1","phoenix","heartbeat",{}])"), "content-type",
                json);
  expect_header(poller.request("GET"), "content-type", json);
  expect_header(t.longpoll().by("OPTIONS"), "access-control-max-age", "3600");
  poller.forget();  // its messages went with the answers above
}

RULE("P-33", must, contract, "a mount without long-poll does not answer it",
     "Endpoint.socket_paths") {
  t.need_longpoll();
  for (const char* mount : {"/small", "/deflate", "/subproto"}) {
    t.expect_status(t.longpoll({.mount = mount}), 404);
  }
}

RULE("P-36", must, contract, "lines after one that is not a message are not handled",
     "LongPoll.publish (reduce_while)") {
  Client& observer = observe(t);
  Client& member = t.join();
  Poller& poller = t.poll();
  poller.join();
  poller.forget();
  Connection& post = t.dial("a post of three lines");
  const std::string lines = t.fill(
      "[\"1\",\"2\",\"{topic}\",\"broadcast_from\",{\"n\":1}]\n[1]\n"
      "[\"1\",\"3\",\"{topic}\",\"broadcast_from\",{\"n\":2}]");
  post.begin(poller.request("POST", lines).with("Content-Type", "application/x-ndjson"));
  member.expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
  observed_reason(observer);  // the session ends; another rule judges the post's answer
  member.expect_silence();
  if (t.release() < takes_binary_poll_lines) return;
  // A line that is not base64 does not end the session, but its message is not handled either.
  Poller& going_on = t.poll();
  going_on.join();
  going_on.forget();  // its own reply may already have been made
  const std::string bad = t.fill(
      "[\"1\",\"2\",\"{topic}\",\"ack\",{}]\n!!!!\n"
      "[\"1\",\"3\",\"{topic}\",\"broadcast_from\",{\"n\":3}]");
  const Response refused =
      t.ask(going_on.request("POST", bad).with("Content-Type", "application/x-ndjson"));
  const auto body = parse_json(refused.body);
  if (refused.status == 200 && body && (*body)["status"].dump() == "200") {
    throw Violation("another answer to a batch with a bad line", refused.body);
  }
  member.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
