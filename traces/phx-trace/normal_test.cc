/// What counts when a replayed answer is held against the recorded one.

#include "traces/phx-trace/normal.h"

#include "testing/case.h"

namespace phx::trace {
namespace {

using conformance::Response;
using testing::expect;
using testing::expect_eq;

Normal normal() { return {"localhost:4000", "127.0.0.1:5000"}; }

TEST("JSON is compared by value: the order of keys is free, types are not") {
  expect(normal().same(R"(["1","1","t","e",{"a":1,"b":2}])", R"(["1","1","t","e",{"b":2,"a":1}])"),
         "order");
  expect(!normal().same(R"(["1","1","t","e",{}])", R"([1,"1","t","e",{}])"), "types");
  expect(!normal().same(R"(["1","1","t","e",{}])", R"(["1","2","t","e",{}])"), "refs count");
}

TEST("phx_refs are left out of account, but one must be there") {
  expect(
      normal().same(R"({"metas":[{"phx_ref":"a","n":1}]})", R"({"metas":[{"phx_ref":"b","n":1}]})"),
      "another ref");
  expect(!normal().same(R"({"metas":[{"phx_ref":"a"}]})", R"({"metas":[{}]})"), "no ref");
}

TEST("the host is that of now") {
  expect(normal().same(R"({"uri":"http://localhost:4000/socket"})",
                       R"({"uri":"http://127.0.0.1:5000/socket"})"),
         "both are the server");
}

TEST("a channel's end is compared by the contract's word") {
  const auto ended = [](const std::string& reason) {
    return R"([null,null,"o","terminated",{"topic":"t","reason":")" + reason + R"("}])";
  };
  expect(normal().same(ended("{:shutdown, :left}"), ended("shutdown: left")), "left");
  expect(!normal().same(ended("{:shutdown, :left}"), ended("shutdown: closed")), "closed");
}

TEST("a session's token is learnt, and said in its place") {
  Normal now = normal();
  const Response then{.status = 200, .body = R"({"messages":[],"status":410,"token":"old"})"};
  const Response came{.status = 200, .body = R"({"messages":[],"status":410,"token":"new"})"};
  expect(!now.differs(then, came), "tokens differ from run to run");
  expect_eq(now.said_now({.target = "/socket/longpoll?token=old"}).target,
            std::string("/socket/longpoll?token=new"));
}

TEST("status, body and headers count; the date and the server's name do not") {
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

}  // namespace
}  // namespace phx::trace
