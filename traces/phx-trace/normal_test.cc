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
}  // namespace phx::trace
