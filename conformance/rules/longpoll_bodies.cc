/// P: what a session is opened with, and what travels in the bodies: lines, bytes, large messages.

#include <fmt/format.h>

#include "conformance/rules/observer.h"
#include "conformance/suite/poller.h"
#include "conformance/suite/violation.h"
#include "conformance/wire/binary.h"

namespace phx::conformance {
namespace {

void join(Poller& poller) {
  poller.post(R"(["1","1","{topic}","phx_join",{}])");
  poller.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
}

/// The answer to `connect_info`: these members, the others are left open.
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
  join(poller);
  poller.post(R"(["1","2","{topic}","connect_info",{}])");
  poller.expect(connect_info(known));
}

RULE("P-22", must, contract, "the auth token in x-phoenix-authtoken reaches connect",
     "LongPoll.maybe_auth_token_from_header") {
  if (t.release() < reads_auth_tokens) throw Skipped("auth tokens came with 1.8.0");
  const Opening with_token{.mount = "/auth", .headers = {{"X-Phoenix-AuthToken", "secret-token"}}};
  expect_connect_info(t.poll(with_token), R"("auth_token":"secret-token")");
  expect_connect_info(t.poll({.mount = "/auth"}), R"("auth_token":null)");
  // Where no token is asked for, none is read.
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
}

RULE("P-24", should, contract, "a connect that raises is HTTP 500, and the server goes on",
     "Plug's rescue") {
  if (!t.has_longpoll()) throw Skipped("there is no long-poll at " + t.longpoll().target);
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
    join(poller);
    poller.post_lines({as_line(encode(BinaryPush{"1", "2", topic, "ack", every_byte})),
                       as_line(encode(BinaryPush{"1", "3", topic, "nack", every_byte})),
                       R"(["1","4","{topic}","ack",{}])"},
                      line_end);
    poller.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    poller.expect(R"(["1","3","{topic}","phx_reply",{"status":"error","response":{}}])");
    poller.expect(R"(["1","4","{topic}","phx_reply",{ok}])");
    poller.post_lines(
        {as_line(encode(BinaryPush{"1", "5", topic, "broadcast_binary", every_byte}))});
    member.expect_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", every_byte}));
    poller.forget();  // its own copy is no text: in the framework not even the poll survives that
    every_byte.pop_back();  // so that the next line is padded in another way
  }
}

RULE("P-26", must, contract, "what waits comes whole and in order, however much it is",
     "LongPoll.Server (buffer)") {
  Poller& poller = t.poll();
  join(poller);
  const std::vector<std::size_t> sizes{700'000, 3, 700'001, 400'000, 5, 1'200'000, 8};
  for (const std::size_t size : sizes) {
    poller.post(R"(["1","2","{topic}","echo",{"d":")" + std::string(size, 'x') + R"("}])");
  }
  for (const std::size_t size : sizes) {
    poller.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"d":")" +
                  std::string(size, 'x') + R"("}}])");
  }
}

RULE("P-27", should, core,
     "a line that is no base64 is HTTP 500, and what is behind it not handled",
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

RULE("P-29", must, core, "a body that comes in chunks is read like one with a length",
     "RFC 9112, 7.1") {
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
}

RULE("P-30", should, core, "an answer says that it is JSON, and for how long a preflight counts",
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

RULE("P-33", must, contract, "a mount without long-poll has none", "Endpoint.socket_paths") {
  if (!t.has_longpoll()) throw Skipped("there is no long-poll at " + t.longpoll().target);
  for (const char* mount : {"/small", "/deflate", "/subproto"}) {
    t.expect_status(t.longpoll({.mount = mount}), 404);
  }
}

RULE("P-35", should, core, "a connection serves several requests, until one says that it closes",
     "RFC 9112, 9.3") {
  if (!t.has_longpoll()) throw Skipped("there is no long-poll at " + t.longpoll().target);
  Connection& connection = t.dial("several requests");
  const Request elsewhere{.target = "/no-such-page", .headers = {{"Host", t.authority()}}};
  const auto expect_answer = [&](Connection& of, const Request& request, int status) {
    const auto response = of.ask(request, t.deadline());
    if (response && response->status == status) return;
    throw Violation(fmt::format("HTTP {} to {} {}", status, request.method, request.target),
                    response ? fmt::format("HTTP {}", response->status) : "no answer",
                    t.name_of(of));
  };
  const auto expect_end = [&](Connection& of) {
    if (of.ends_by(t.deadline())) return;
    throw Violation("the end of the connection", "it stays open", t.name_of(of));
  };
  for (const Request& request :
       {t.longpoll(), elsewhere, elsewhere.by("HEAD"), t.longpoll().by("OPTIONS"),
        t.longpoll().with("Connection", "close")}) {
    expect_answer(connection, request, request.target == elsewhere.target ? 404 : 200);
  }
  expect_end(connection);
  Request old = elsewhere;  // of HTTP/1.0, where a client reads up to the end
  old.version = "HTTP/1.0";
  Connection& once = t.dial("a request of HTTP/1.0");
  expect_answer(once, old, 404);
  expect_end(once);
}

RULE("P-36", must, contract, "nothing is handled that comes behind a line that is no message",
     "LongPoll.publish (reduce_while)") {
  Client& observer = observe(t);
  Client& member = t.join();
  Poller& poller = t.poll();
  join(poller);
  poller.forget();
  Connection& post = t.dial("a post of three lines");
  const std::string lines = t.fill(
      "[\"1\",\"2\",\"{topic}\",\"broadcast_from\",{\"n\":1}]\n[1]\n"
      "[\"1\",\"3\",\"{topic}\",\"broadcast_from\",{\"n\":2}]");
  post.begin(poller.request("POST", lines).with("Content-Type", "application/x-ndjson"));
  member.expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
  observed_reason(observer);  // the session ends, and the post is another rule's
  member.expect_silence();
}

RULE("P-37", must, contract,
     "requests that are sent together are answered in order, each by its own", "RFC 9112, 9.3.2") {
  Poller& poller = t.poll({.mount = "/short"});
  join(poller);
  poller.forget();
  Connection& connection = t.dial("a poll, and what is sent behind it");
  connection.begin(poller.request("GET"));
  connection.begin(poller.request("POST", t.fill(R"(["1","2","{topic}","echo",{"n":1}])")));
  connection.begin(poller.request("GET"));
  // A server may look at the second request while it holds the first, or not.
  std::string messages;
  for (const char* body :
       {R"({"status":{any},"messages":{any},"token":{any}})", R"({"status":200})",
        R"({"status":{any},"messages":{any},"token":{any}})"}) {
    const auto response = connection.response(t.deadline());
    if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
    messages += checked_body(*response, t.fill(body), t.name_of(connection)).dump();
  }
  const std::string reply = R"({\"n\":1})";
  const std::size_t once = messages.find(reply);
  if (once == std::string::npos || messages.find(reply, once + 1) != std::string::npos) {
    throw Violation("the reply in one of the two polls", messages);
  }
  Connection& quick = t.dial("two requests in one segment, neither of which takes time");
  quick.begin(poller.request("OPTIONS"));
  quick.begin(poller.request("OPTIONS"));
  for (int left = 2; left > 0; --left) {
    const auto response = quick.response(t.deadline());
    if (!response || response->status != 200) {
      throw Violation("HTTP 200", response ? fmt::format("HTTP {}", response->status) : "no answer",
                      t.name_of(quick));
    }
  }
}

}  // namespace
}  // namespace phx::conformance
