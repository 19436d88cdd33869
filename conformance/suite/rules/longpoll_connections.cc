/// P: long-polling's connections: several requests, slow readers, broken requests.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

/// The next response on this connection. \throws Violation if there is none, or another status.
Response expect_response(Trial& t, Connection& connection, int status) {
  auto response = connection.response(t.deadline());
  if (response && response->status == status) return std::move(*response);
  throw Violation(fmt::format("HTTP {}", status),
                  response ? fmt::format("HTTP {}", response->status) : "no answer",
                  t.name_of(connection));
}

void expect_end(Trial& t, Connection& connection) {
  if (connection.ends_by(t.deadline())) return;
  throw Violation("the end of the connection", "it stays open", t.name_of(connection));
}

RULE("P-35", must, core, "a connection serves several requests, until one asks to close it",
     "RFC 9112, 9.3") {
  t.need_longpoll();
  const Request elsewhere{.target = "/no-such-page", .headers = {{"Host", t.authority()}}};
  Connection* connection = &t.dial("several requests");
  for (const Request& request :
       {t.longpoll(), elsewhere, elsewhere.by("HEAD"), t.longpoll().by("OPTIONS"), elsewhere}) {
    connection->begin(request);
    const bool nowhere = request.target == elsewhere.target;
    const Response response = expect_response(t, *connection, nowhere ? 404 : 200);
    if (response.header("connection") != "close") continue;
    expect_end(t, *connection);  // a server may, if it says so
    connection = &t.dial("the next request");
  }
  for (const char* closing : {"close", "Close", "keep-alive, close"}) {
    Connection& last = t.dial("the last request");
    last.begin(t.longpoll().with("Connection", closing));
    expect_response(t, last, 200);
    expect_end(t, last);
  }
  Request old = elsewhere;  // of HTTP/1.0, where a client reads up to the end
  old.version = "HTTP/1.0";
  Connection& once = t.dial("a request of HTTP/1.0");
  once.begin(old);
  expect_response(t, once, 404);
  expect_end(t, once);
}

RULE("P-38", should, core, "empty lines before a request are skipped", "RFC 9112, 2.2") {
  t.need_longpoll();
  Connection& connection = t.dial("requests with empty lines before them");
  for (const char* before : {"\r\n", "\r\n\r\n"}) {
    connection.send_bytes(before + t.longpoll().text(), "empty lines, and a request");
    expect_response(t, connection, 200);
  }
}

RULE("P-37", must, contract,
     "requests sent together are answered in order, each with its own answer", "RFC 9112, 9.3.2") {
  Poller& poller = t.poll({.mount = "/short"});
  poller.join();
  poller.forget();
  Connection& connection = t.dial("a poll, and the requests after it");
  connection.begin(poller.request("GET"));
  // More than a server keeps while it holds the poll.
  const std::string echo =
      t.fill(R"(["1","2","{topic}","echo",{"n":1,"more":")") + std::string(100'000, 'x') + R"("}])";
  connection.begin(poller.request("POST", echo));
  connection.begin(poller.request("GET"));
  // A server may read the second request while it holds the first, or not.
  std::string messages;
  for (const char* body :
       {R"({"status":{any},"messages":{any},"token":{any}})", R"({"status":200})",
        R"({"status":{any},"messages":{any},"token":{any}})"}) {
    const auto response = connection.response(t.deadline());
    if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
    messages += checked_body(*response, t.fill(body), t.name_of(connection)).dump();
  }
  const std::string reply = R"(\"n\":1)";
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

constexpr std::size_t large = 5'000'000;  // more than a system buffers for a client

RULE("P-39", must, contract, "an answer comes whole, even if the client reads slowly",
     "RFC 9112 (flow control is TCP's)") {
  Poller& poller = t.poll();
  poller.join();
  poller.post(R"(["1","2","{topic}","echo",{"d":")" + std::string(large, 'x') + R"("}])");
  Connection& slow = t.dial("a poll that is read slowly");
  slow.begin(t.longpoll().by("OPTIONS"));
  expect_response(t, slow, 200);
  slow.stop_reading();
  slow.begin(poller.request("GET"));
  slow.begin(poller.request("POST", t.fill(R"(["1","3","{topic}","noreply",{}])")));
  t.wait(Millis{100});  // by now the server waits until it can write the rest
  t.expect_server_goes_on();
  slow.read_on();
  const Json polled =
      checked_body(expect_response(t, slow, 200),
                   t.fill(R"({"status":200,"token":{any},"messages":[{any}]})"), t.name_of(slow));
  const std::string message = polled["messages"][std::size_t{0}].text();
  if (message.find('"' + std::string(large, 'x') + '"') == std::string::npos) {
    throw Violation("the whole reply", message.substr(0, 100));
  }
  // The connection then serves the next requests: the one that came with it, and a later one.
  checked_body(expect_response(t, slow, 200), R"({"status":200})", t.name_of(slow));
  slow.begin(poller.request("POST", t.fill(R"(["1","4","{topic}","ack",{}])")));
  checked_body(expect_response(t, slow, 200), R"({"status":200})", t.name_of(slow));
  poller.expect(R"(["1","4","{topic}","phx_reply",{ok}])");
}

RULE("P-40", must, contract,
     "messages of an abandoned poll come once, in order, or are lost with it",
     "LongPoll.Server flush") {
  constexpr Millis busy{300};
  Poller& poller = t.poll();
  poller.join();
  poller.post(R"(["1","2","{topic}","echo",{"n":1}])");
  // A busy session reads a poll only after its client has gone.
  Connection& joins = t.dial("a join that takes its time");
  joins.begin(poller.request(
      "POST", t.fill(fmt::format(R"(["3","3","{{other}}","phx_join",{{"join":"slow","ms":{}}}])",
                                 busy.count()))));
  t.wait(busy / 6);
  poller.hold();
  t.wait(busy / 6);
  poller.give_up();
  Connection& beats = t.dial("a heartbeat after that poll");
  beats.begin(poller.request("POST", R"([null,"4","phoenix","heartbeat",{}])"));
  expect_response(t, joins, 200);
  expect_response(t, beats, 200);
  poller.post(R"(["1","5","{topic}","echo",{"n":5}])");
  std::string refs;
  while (!refs.ends_with('5')) {
    const auto message = parse_json(poller.take("the reply to the last event"));
    refs += message ? (*message)[1].text() : "?";
  }
  // Two channels answered the first two, so on a busy machine these may change places.
  if (refs.starts_with("32")) std::swap(refs[0], refs[1]);
  const bool each_once =
      std::adjacent_find(refs.begin(), refs.end(), std::greater_equal<>()) == refs.end();
  if (!each_once) {
    throw Violation("the replies in the order 2, 3, 4, 5, the first of them perhaps lost", refs);
  }
}

RULE("P-41", must, core, "a request whose end is ambiguous is refused, and its connection ends",
     "RFC 9112, 3.2, 5.1 and 6.3") {
  t.need_longpoll();
  const std::string message = R"([null,"1","phoenix","heartbeat",{}])";
  const std::string length = fmt::format("{}", message.size());
  const std::string chunks = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", message.size(), message);
  Poller& poller = t.poll();
  const std::string head = poller.request("POST").text();
  const std::string unended = head.substr(0, head.size() - 2);
  for (const auto& [headers, body] : std::initializer_list<std::pair<std::string, std::string>>{
           {"Content-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n", chunks},
           {"Transfer-Encoding: chunked\r\nContent-Length: " + length + "\r\n", chunks},
           {"Transfer-Encoding: xchunked\r\n", chunks},
           {"Transfer-Encoding: gzip, chunked\r\n", chunks},
           {"Content-Length: " + length + "\r\nContent-Length: 3\r\n", message},
           {"Content-Length: -1\r\n", message},
           {"Content-Length: " + length + "x\r\n", message},
           {"Content-Length : " + length + "\r\n", message},
           {"Content-Length: " + length + "\r\nHost: " + t.authority() + "\r\n", message}}) {
    Connection& connection = t.dial("a request whose end is in doubt");
    connection.send_bytes(unended + headers + "\r\n" + body, headers);
    expect_response(t, connection, 400);
    expect_end(t, connection);
  }
  poller.expect_silence();
}

RULE("P-42", must, core, "a client that waits for 100 Continue before it sends a body gets it",
     "RFC 9110, 10.1.1 (curl, .NET and others wait with a large body)") {
  Poller& poller = t.poll();
  const std::string message = R"([null,"1","phoenix","heartbeat",{}])";
  for (const char* expectation : {"100-continue", "100-Continue"}) {
    const std::string head = poller.request("POST")
                                 .with("Content-Length", fmt::format("{}", message.size()))
                                 .with("Expect", expectation)
                                 .text();
    Connection& connection = t.dial("a post that waits to be told to go on");
    connection.send_bytes(head, "the head alone");
    expect_response(t, connection, 100);
    connection.send_bytes(message, "the body");
    checked_body(expect_response(t, connection, 200), R"({"status":200})", t.name_of(connection));
    poller.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
  }
}

}  // namespace
}  // namespace phx::conformance
