/// The comparison of a replayed answer with the recorded one.

#include "traces/phx-trace/normal.h"

#include "testing/case.h"

namespace phx::trace {
namespace {

using conformance::Response;
using testing::expect;
using testing::expect_eq;

Normal normal() { return {"localhost:4000", "127.0.0.1:5000"}; }

PHX_TEST("JSON is compared by value: the order of keys is free, types are not") {
  expect(normal().same(R"(["1","1","t","e",{"a":1,"b":2}])", R"(["1","1","t","e",{"b":2,"a":1}])"),
         "order");
  expect(!normal().same(R"(["1","1","t","e",{}])", R"([1,"1","t","e",{}])"), "types");
  expect(!normal().same(R"(["1","1","t","e",{}])", R"(["1","2","t","e",{}])"), "refs count");
}

PHX_TEST("phx_refs are ignored, but must be present") {
  expect(
      normal().same(R"({"metas":[{"phx_ref":"a","n":1}]})", R"({"metas":[{"phx_ref":"b","n":1}]})"),
      "another ref");
  expect(!normal().same(R"({"metas":[{"phx_ref":"a"}]})", R"({"metas":[{}]})"), "no ref");
}

PHX_TEST("the host is the current one") {
  expect(normal().same(R"({"uri":"http://localhost:4000/socket"})",
                       R"({"uri":"http://127.0.0.1:5000/socket"})"),
         "both are the server");
}

PHX_TEST("a channel's end is compared by the contract's words") {
  const auto ended = [](const std::string& reason) {
    return R"([null,null,"o","terminated",{"topic":"t","reason":")" + reason + R"("}])";
  };
  expect(normal().same(ended("{:shutdown, :left}"), ended("shutdown: left")), "left");
  expect(!normal().same(ended("{:shutdown, :left}"), ended("shutdown: closed")), "closed");
}

PHX_TEST("a session's token is learnt, and sent in its place") {
  Normal now = normal();
  const Response then{.status = 200, .body = R"({"messages":[],"status":410,"token":"old"})"};
  const Response came{.status = 200, .body = R"({"messages":[],"status":410,"token":"new"})"};
  expect(!now.differs(then, came), "tokens differ from run to run");
  expect_eq(now.said_now({.target = "/socket/longpoll?token=old"}).target,
            std::string("/socket/longpoll?token=new"));
}

PHX_TEST("status, body and headers count; the date and the server's name do not") {
  const Response then{.status = 200, .headers = {{"Date", "x"}, {"A", "1"}}, .body = "x"};
  expect_eq(normal().differs(then, {.status = 403, .headers = {}, .body = ""}).value_or(""),
            std::string("the status"));
  expect_eq(normal().differs(then, {.status = 200, .headers = {}, .body = "y"}).value_or(""),
            std::string("the body"));
  expect_eq(
      normal().differs(then, {.status = 200, .headers = {{"b", "2"}}, .body = "x"}).value_or(""),
      std::string("headers: missing a: 1; added b: 2"));
  expect(!normal().differs(then,
                           {.status = 200, .headers = {{"a", "1"}, {"server", "s"}}, .body = "x"}),
         "the same");
}

PHX_TEST("vary is ignored") {
  const Response then{.status = 200, .headers = {{"a", "1"}}, .body = "x"};
  expect(!normal().differs(
             then, {.status = 200, .headers = {{"a", "1"}, {"Vary", "origin"}}, .body = "x"}),
         "the same");
}

PHX_TEST("a redacted word matches anything, and is sent as the server sent it") {
  Normal now = normal();
  expect(
      now.same(
          R"(["1","1","t","phx_reply",{"response":{"url":"http://h/?t=REDACTED-1&x=1","n":"REDACTED-2"}}])",
          R"(["1","1","t","phx_reply",{"response":{"n":4711,"url":"http://h/?t=abc&x=1"}}])"),
      "anything fits");
  expect_eq(now.text_now(R"({"again":"REDACTED-1","other":"REDACTED-12"})"),
            std::string(R"({"again":"abc","other":"REDACTED-12"})"));
  expect(!now.same(R"({"url":"http://h/?t=REDACTED-1&x=1"})", R"({"url":"http://h/?t=abc&x=2"})"),
         "the text around it counts");
  expect(now.same("token=REDACTED-3;", "token=x;") && !now.same("token=REDACTED-3;", "token=x"),
         "so it does in a text that is not JSON");
  expect(!now.same("REDACTED-x", "REDACTED-y"), "a name has a number");
  const Response then{.status = 200, .headers = {{"set-cookie", "REDACTED-5"}}, .body = "x"};
  expect(!now.differs(then, {.status = 200, .headers = {{"set-cookie", "a=b"}}, .body = "x"}),
         "a header's value, too");
}

PHX_TEST("in a browser's or a proxy's recording only the headers that Channels need count") {
  Normal now("example.com", "127.0.0.1:5000", false);
  const Response then{.status = 200,
                      .headers = {{"content-type", "application/json"}, {"cf-ray", "1"}},
                      .body = "x"};
  expect(!now.differs(then, {.status = 200,
                             .headers = {{"Content-Type", "application/json"}, {"via", "x"}},
                             .body = "x"}),
         "others come and go");
  expect_eq(
      now.differs(then, {.status = 200, .headers = {{"content-type", "text/html"}}, .body = "x"})
          .value_or(""),
      std::string(
          "headers: missing content-type: application/json; added content-type: text/html"));
  expect(now.differs(then, {.status = 200, .headers = then.headers, .body = "y"}).has_value() &&
             !now.differs(then, {.status = 200, .headers = then.headers, .body = "y"}, false),
         "a body that is missing is not compared");
  expect(now.same(R"(["h://example.com"])", R"(["h://127.0.0.1:5000"])") &&
             !now.same(R"(["example.com"])", R"(["127.0.0.1:5000"])"),
         "a host is recognised in a URL");
}

PHX_TEST("a browser's request is sent to the current host, in one piece, from its page") {
  Normal now("example.com", "127.0.0.1:5000", false);
  const auto said = now.said_now({.headers = {{"host", "example.com"},
                                              {"origin", "https://example.com"},
                                              {"accept-encoding", "br"},
                                              {"Content-Length", "7"}}});
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"host", "127.0.0.1:5000"}, {"origin", "http://127.0.0.1:5000"}};
  expect_eq(said.headers, headers);
  const auto other = now.said_now({.headers = {{"Origin", "http://localhost:5173"}}});
  expect_eq(other.headers.front().second, std::string("http://localhost:5173"));
}

}  // namespace
// --- Live pages ----------------------------------------------------------------------------------

/// A page as a live view renders it; `n` makes its ids and tokens.
std::string live_page(char n) {
  const auto many = [n](std::size_t count) { return std::string(count, n); };
  return R"(<meta name="csrf-token" content=")" + many(56) + R"("><div id="phx-)" + many(16) +
         R"(" data-phx-session="SFMyNTY.)" + many(60) + "." + many(43) + R"(" data-phx-main>)";
}
Response page_of(char n) {
  return {.status = 200,
          .headers = {{"Set-Cookie", "_key=SFMyNTY." + std::string(80, n) + "; path=/"}},
          .body = live_page(n)};
}

PHX_TEST("what a live page makes up is learnt from it, and played in its place") {
  Normal now("localhost:4000", "127.0.0.1:5000", false);
  expect(!now.differs(page_of('a'), page_of('b')), "other ids and tokens");
  expect_eq(now.text_now("lv:phx-" + std::string(16, 'a')), "lv:phx-" + std::string(16, 'b'));
  const auto request =
      now.said_now({.target = "/live/websocket?_csrf_token=" + std::string(56, 'a'),
                    .headers = {{"Cookie", "_key=SFMyNTY." + std::string(80, 'a')}}});
  expect_eq(request.target, "/live/websocket?_csrf_token=" + std::string(56, 'b'));
  expect_eq(request.headers[0].second, "_key=SFMyNTY." + std::string(80, 'b'));
}

PHX_TEST("a live page's cookie is sent, whatever the file has kept of it") {
  for (const char* kept : {"_key=old", "REDACTED-7", ""}) {
    Normal now("localhost:4000", "127.0.0.1:5000", false);
    expect(!now.differs(page_of('a'), page_of('b')), "other ids and tokens");
    conformance::Request request{.target = "/live/websocket"};
    if (*kept != '\0') request.headers = {{"Cookie", kept}};
    request = now.said_now(request);
    expect_eq(request.headers.size(), std::size_t{1});
    expect_eq(request.headers[0].second, "_key=SFMyNTY." + std::string(80, 'b'));
  }
}

PHX_TEST("a frame of a live page has the page's ids, and its own are learnt from it") {
  Normal now("localhost:4000", "127.0.0.1:5000", false);
  expect(!now.differs(page_of('a'), page_of('b')), "other ids and tokens");
  const auto frame = [](char id, char upload) {
    return R"(["4","4","lv:phx-)" + std::string(16, id) + R"(","diff",{"ref":"phx-)" +
           std::string(16, upload) + R"("}])";
  };
  expect(now.same(frame('a', 'c'), frame('b', 'd')), "an upload's ref");
  expect_eq(now.text_now("phx-" + std::string(16, 'c')), "phx-" + std::string(16, 'd'));
  expect(!now.same(frame('a', 'c'), frame('e', 'd')), "the id of another page");
}

PHX_TEST("the rest of a live page counts") {
  Normal now("localhost:4000", "127.0.0.1:5000", false);
  Response other = page_of('b');
  other.body += "more";
  expect_eq(now.differs(page_of('a'), other).value_or(""), std::string("the body"));
}

PHX_TEST("without a live page a word that looks made up is compared") {
  const std::string id(16, 'a');
  expect(!normal().same(R"([null,null,"phx-)" + id + R"(","e",{}])",
                        R"([null,null,"phx-bbbbbbbbbbbbbbbb","e",{}])"),
         "a topic");
}

PHX_TEST("presence's diffs and an upload's channel are senders of their own") {
  expect(sender_of(R"([null,null,"room:a","presence_diff",{}])") == Sender::presence, "presence");
  expect(sender_of(R"(["12","13","lvu:0","phx_reply",{}])") == Sender::upload, "upload");
  expect(sender_of(R"(["4","5","lv:phx-x","diff",{}])") == Sender::channel, "the view");
}

}  // namespace phx::trace
