/// P: the requests of long-polling, one by one.
///
/// The status that counts is the one in the body. longpoll_sessions.cc judges times.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/base64.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

constexpr const char* foreign_origin = "http://evil.example.com";
constexpr const char* gone = R"({"status":410})";
constexpr const char* forbidden = R"({"status":403})";

std::string heartbeat(int ref) {
  return fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref);
}

void expect_heartbeats(Poller& poller, int first, int last) {
  for (int ref = first; ref <= last; ++ref) {
    poller.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", ref));
  }
}

void expect_header(const Response& response, const char* name, const std::string& value) {
  const std::string came = response.header(name).value_or("(absent)");
  if (came != value) {
    throw Violation(fmt::format("{}: {}", name, value), fmt::format("{}: {}", name, came));
  }
}

/// The same request with the token in a header, and these parameters in the query.
Request by_header(const Request& request, const std::string& token, const std::string& query) {
  Request bent = request.with("X-Phoenix-Longpoll-Token", token);
  bent.target = bent.target.substr(0, bent.target.rfind("token=")) + query;
  return bent;
}

RULE("P-01", must, core, "GET with no token opens a session", "LongPoll.new_session") {
  const std::string first = t.poll().token();  // which expects 410, a token and no messages
  const std::string second = t.poll().token();
  if (first == second) throw Violation("another token for another session", second);
}

RULE("P-02", must, core, "POST with the token publishes one message", "LongPoll.publish") {
  Poller& poller = t.poll();
  poller.post(heartbeat(1));  // which expects {"status":200}
  expect_heartbeats(poller, 1, 1);
}

RULE("P-03", must, core, "GET with the token returns what is waiting, in order",
     "LongPoll.listen") {
  Poller& poller = t.poll();
  for (int ref = 1; ref <= 20; ++ref) poller.post(heartbeat(ref));
  expect_heartbeats(poller, 1, 20);
  // One poll brings everything that waits.
  for (int ref = 1; ref <= 3; ++ref) poller.post(heartbeat(ref));
  poller.expect_poll(R"({"status":200,"token":{any},"messages":[{any},{any},{any}]})");
}

/// The token with another character at this place, counted from the end.
std::string bent(std::string token, std::size_t from_the_end) {
  char& character = token[token.size() - from_the_end];
  character = character == 'A' ? 'B' : 'A';
  return token;
}

RULE("P-06", must, core, "an unknown or forged token is 410, and a GET opens a new session",
     "LongPoll.verify_token") {
  Poller& poller = t.poll();
  const std::string& own = poller.token();
  const std::string other = t.poll().token();
  std::vector<std::string> forged{"garbage", "", own + "A", own.substr(0, own.size() - 2)};
  // At its start, in its middle, and near its end, where a signature would be. (Not every bit of
  // the last character need count.)
  for (const std::size_t place : {own.size() - 2, own.size() / 2, own.size() / 4, std::size_t{20},
                                  std::size_t{10}, std::size_t{3}, std::size_t{2}}) {
    if (place < own.size()) forged.push_back(bent(own, place));
  }
  if (const auto dot = own.rfind('.'); dot != std::string::npos) {  // another one's signature
    forged.push_back(own.substr(0, dot) + other.substr(other.rfind('.')));
    forged.push_back(own.substr(0, dot + 1));
    forged.push_back(own.substr(0, dot));
  }
  for (const std::string& token : forged) {
    Request request = poller.request("GET");
    request.target.replace(request.target.rfind("token="), std::string::npos,
                           "token=" + percent_encoded(token));
    const Json opened = t.expect_json(request, new_session);
    if (opened["token"].text() == own) throw Violation("a new token", "the old one");
    request.body = heartbeat(1);
    t.expect_json(request.by("POST"), gone);
  }
  t.expect_json(t.longpoll().by("POST"), gone);
  poller.expect_silence();
}

RULE("P-07", must, core, "application/x-ndjson publishes one message a line, in order",
     "LongPoll.publish") {
  Poller& poller = t.poll();
  poller.post_lines({heartbeat(1), heartbeat(2), heartbeat(3)});
  expect_heartbeats(poller, 1, 3);
  poller.post_lines({heartbeat(4), heartbeat(5)}, "\r\n");
  expect_heartbeats(poller, 4, 5);
}

RULE("P-08", must, contract, "a line that does not begin with [ is base64 of a binary message",
     "LongPoll.safe_decode64!") {
  const std::string binary =
      base64(encode(BinaryPush{"1", "2", t.word("topic"), "ack", "\x01\xff"}));
  if (t.release() < takes_binary_poll_lines) {
    constexpr Millis window{1'000};  // until the post times out
    Poller& poller = t.poll({.mount = "/short"});
    poller.forget();
    poller.expect_post(poller.request("POST", binary).with("Content-Type", "application/x-ndjson"),
                       R"({"status":408})", window);  // text like all lines, and not a message
    return;
  }
  Client& member = t.join();
  Poller& poller = t.poll();
  poller.post_lines(
      {R"(["1","1","{topic}","phx_join",{}])", binary, R"(["1","3","{topic}","ack",{}])"});
  for (const char* ref : {"1", "2", "3"}) {
    poller.expect(fmt::format(R"(["1","{}","{{topic}}","phx_reply",{{ok}}])", ref));
  }
  const std::string data("\x00\xff[\n", 4);
  poller.post_lines(
      {base64(encode(BinaryPush{"1", "4", t.word("topic"), "broadcast_binary", data}))});
  member.expect_binary(encode(BinaryBroadcast{t.word("topic"), "broadcasted_binary", data}));
  poller.forget();  // its own copy is not text: in Phoenix not even the poll survives that
}

RULE("P-09", should, core, "lines past the hundredth are ignored",
     "LongPoll (@max_poll_batch_size)") {
  Poller& poller = t.poll();
  std::vector<std::string> lines;
  for (int ref = 1; ref <= 101; ++ref) lines.push_back(heartbeat(ref));
  poller.post_lines(lines);
  constexpr int last = 200;  // ends the wait for an answer that never comes
  poller.post(heartbeat(last));
  expect_heartbeats(poller, 1, t.release() < limits_poll_batches ? 101 : 100);
  expect_heartbeats(poller, last, last);
}

RULE("P-10", must, core, "the token is also taken from x-phoenix-longpoll-token, which wins",
     "LongPoll.fetch_token") {
  Poller& poller = t.poll();
  Poller& other = t.poll();
  const Request get = poller.request("GET");
  const Request post = poller.request("POST", heartbeat(1));
  if (t.release() < takes_poll_tokens_in_a_header) {
    t.expect_json(by_header(post, poller.token(), ""), gone);
    return;
  }
  t.expect_json(by_header(post, poller.token(), ""), R"({"status":200})");
  t.expect_json(by_header(post, poller.token(), "token=garbage"), R"({"status":200})");
  t.expect_json(by_header(post, poller.token(), "token=" + percent_encoded(other.token())),
                R"({"status":200})");
  const Json body = t.expect_json(by_header(get, poller.token(), "token=garbage"),
                                  R"({"status":200,"token":{any},"messages":{any}})");
  if (body["token"].text() != poller.token()) throw Violation("its own token", body.dump());
  t.expect_json(post.with("X-Phoenix-Longpoll-Token", "garbage"), gone);
  poller.forget();  // how many replies that one poll brings is left open
}

RULE("P-11", must, core, "a foreign Origin is 403; OPTIONS is answered with the CORS headers",
     "LongPoll.check_origin / OPTIONS") {
  t.need_longpoll();
  const Request foreign = t.longpoll().with("Origin", foreign_origin);
  for (const char* method : {"GET", "POST", "OPTIONS"}) {
    t.expect_json(foreign.by(method), forbidden);
  }
  const std::string wanted = "content-type, x-phoenix-longpoll-token";
  const Request preflight = t.longpoll()
                                .by("OPTIONS")
                                .with("Access-Control-Request-Method", "POST")
                                .with("Access-Control-Request-Headers", wanted);
  const Response allowed = t.expect_answer(preflight, 200, "");
  expect_header(allowed, "access-control-allow-origin", "*");
  expect_header(allowed, "access-control-allow-headers", wanted);
  expect_header(allowed, "access-control-allow-methods", "get, post, options");
  if (t.core_only()) return;  // without the contract it is unknown what a server allows
  t.expect_json(t.longpoll().with("Origin", "http://localhost:4000"), new_session);
  t.expect_status(preflight.with("Origin", "http://localhost"), 200);
}

RULE("P-12", must, core, "answers must not be stored, and pages from anywhere may read them",
     "LongPoll.send_json") {
  Poller& poller = t.poll();
  poller.post(heartbeat(1));
  for (const Request& request :
       {t.longpoll(), t.longpoll().with("Origin", foreign_origin), poller.request("GET"),
        poller.request("POST", heartbeat(2)), t.longpoll().by("POST")}) {
    const Response response = t.expect_status(request, 200);
    expect_header(response, "access-control-allow-origin", "*");
    if (t.release() < forbids_storing_polls) continue;
    expect_header(response, "cache-control", "no-store");
  }
  poller.forget();  // its messages went with the answers above
}

RULE("P-13", must, contract, "a refused connect or version is 403", "LongPoll.new_session") {
  t.need_longpoll();
  for (const char* query : {"token=reject", "token=expired", "token=banned"}) {
    t.expect_json(t.longpoll({.query = query}), forbidden);
  }
  for (const char* vsn : {"3.0.0", "2.1.0", "", "abc"}) {
    t.expect_json(t.longpoll({.vsn = vsn}), forbidden);
  }
}

RULE("P-16", must, core, "methods other than GET, POST and OPTIONS are 400", "LongPoll.dispatch") {
  t.need_longpoll();
  Poller& poller = t.poll();
  for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD"}) {
    t.expect_status(t.longpoll().by(method), 400);
    t.expect_status(poller.request(method), 400);
  }
}

RULE("P-18", must, core, "POST is 200 also when the reply is an error: replies come by GET",
     "LongPoll.publish") {
  Poller& poller = t.poll();
  poller.post(R"(["1","1","{nowhere}","phx_join",{}])");
  poller.expect(R"([{any},"1","{nowhere}","phx_reply",{refused}])");
  poller.post(R"(["1","2","{topic}","no_such_event",{}])");
  poller.expect(R"([{any},"2","{topic}","phx_reply",{refused}])");
}

RULE("P-21", should, core,
     "with any content type but exactly application/x-ndjson, a body is one text message",
     "LongPoll.publish") {
  Poller& poller = t.poll();
  // Two lines, but one message: a line break is white space to JSON.
  const Request post = poller.request("POST", "[null,\"1\",\n\"phoenix\",\"heartbeat\",{}]");
  const std::vector<Request> kinds{post, post.with("Content-Type", "application/json"),
                                   post.with("Content-Type", "text/plain"),
                                   post.with("Content-Type", "application/x-ndjson; charset=utf-8"),
                                   post.with("Content-Type", "application/ndjson")};
  for (const Request& request : kinds) {
    poller.expect_post(request, R"({"status":200})");
    expect_heartbeats(poller, 1, 1);
  }
}

}  // namespace
}  // namespace phx::conformance
