/// The load client's requests, and the answers that it accepts.

#include "conformance/load/client/frames.h"

#include "conformance/load/bench/lane.h"
#include "conformance/load/client/error.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;
using testing::expect_throw;

std::string reply(int ref, std::string_view response = R"({"d":1})",
                  std::string_view status = "ok") {
  return fmt::format(R"(["1","{}","a:b","phx_reply",{{"response":{},"status":"{}"}}])", ref,
                     response, status);
}

PHX_TEST("a frame is the array of five; no join_ref is null") {
  expect_eq(frame("1", 2, "a:b", "echo", "{}"), R"(["1","2","a:b","echo",{}])");
  expect_eq(frame("", 3, "phoenix", "heartbeat", "{}"), R"([null,"3","phoenix","heartbeat",{}])");
}

PHX_TEST("a payload has the size that was asked for") {
  for (const std::size_t size : {8U, 10U, 100U, 1'000'000U})
    expect_eq(payload_of(size).size(), size);
}

PHX_TEST("replies are accepted in any spelling, one ref after the other") {
  ReplyCheck check{"1", "a:b", R"({"d":1})"};
  for (const int ref : {1, 2, 9, 10, 1'000'000}) check(reply(ref), static_cast<unsigned>(ref));
  check(R"([ "1", "11", "a:b", "phx_reply", {"status":"ok", "response": {"d":1}} ])", 11);
  check(reply(12), 12);
}

PHX_TEST("a wrong reply is a failure that shows it") {
  ReplyCheck check{"1", "a:b", R"({"d":1})"};
  check(reply(1), 1);
  for (const auto& wrong :
       {reply(3), reply(22), reply(2, R"({"d":2})"), reply(2, R"({"d":1})", "error"), std::string{},
        std::string{R"(["2","2","a:b","phx_reply",{"response":{"d":1},"status":"ok"}])"},
        std::string{R"(["1","2","a:c","phx_reply",{"response":{"d":1},"status":"ok"}])"},
        std::string{R"(["1","1","a:b","phx_error",{}])"}}) {
    const auto told = expect_throw<Failure>([&] { check(wrong, 2); });
    expect(told.ends_with(wrong), told);
  }
}

PHX_TEST("a ref that looks like the join_ref is found in its own place") {
  ReplyCheck check{"1", "a:b", R"({"d":1})"};
  check(reply(1), 1);
  check(reply(2), 2);
  expect_throw<Failure>(
      [&] { check(R"(["2","1","a:b","phx_reply",{"response":{"d":1},"status":"ok"}])", 1); });
}

PHX_TEST("a broadcast is the same for all members, and without refs") {
  const std::string good = R"([null,null,"a:b","broadcasted",{"n":1}])";
  BroadcastCheck check{"a:b", "broadcasted", R"({"n":1})"};
  check(good);
  check(good);
  for (const auto* wrong :
       {R"([null,null,"a:b","broadcasted",{"n":2}])", R"(["1",null,"a:b","broadcasted",{"n":1}])",
        R"([null,null,"a:c","broadcasted",{"n":1}])", "[]", ""})
    expect_throw<Failure>([&] { check(wrong); });
}

PHX_TEST("only a reply with status ok is ok") {
  expect(is_ok(reply(1)), "ok");
  expect(!is_ok(reply(1, "{}", "error")), "an error");
  expect(!is_ok(R"(["1","1","a:b","phx_error",{"status":"ok"}])"), "no reply");
  expect(!is_ok("what"), "no message");
}

PHX_TEST("a request for work has the answer that proves it was done") {
  // xorshift64 from 1, three rounds, computed by hand from Marsaglia's definition.
  expect_eq(burn_question("bench:1", 0).response, R"({"state":"1"})");
  expect_eq(burn_question("bench:1", 1).response, R"({"state":"1082269761"})");
  expect_eq(burn_question("bench:1", 2).response, R"({"state":"1152992998833853505"})");
  expect_eq(burn_question("bench:1", 2).payload, R"({"rounds":2})");
}

}  // namespace
