/// Each assertion of a channel test can fail, and says what to do.

#include "testing/channel_test.h"
#include "testing/example_room.h"
#include "testing/failures.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST(
    "a failure shows what was expected, the whole mailbox, what to do and the log, at its line") {
  const ExampleTest f;
  f.room.push("push", Payload::binary("hi"));
  f.room.push("echo", n(1));
  const int here = static_cast<int>(Where::current().line());
  try {
    f.room.assert_push("pushed", n(1));
  } catch (const Failure& failure) {
    expect_eq(
        failure.what(),
        "expected: push pushed on room:a: {\"n\":1}\n"
        "The mailbox holds:\n"
        "  push pushed on room:a: <2 bytes: 68 69>\n"
        "  reply ok to ref 3 on room:a: {\"n\":1}\n"
        "What to do: fix the handler or the test, or expect only some members with containing(…).\n"
        "Nothing was logged.");
    expect_eq(static_cast<int>(failure.where().line()), here + 2);
    expect(std::string_view(failure.where().file_name()).ends_with("channel_failures_test.cc"),
           "the failure is at the test's own line");
    return;
  }
  expect(false, "the assertion failed");
}

PHX_TEST("assert_push and refute_push can fail") {
  const ExampleTest f;
  expect_failure([&f] { f.room.assert_push("pushed"); },
                 {"expected: push pushed on room:a: any payload", "The mailbox is empty.",
                  "see whether the handler pushes"});
  f.room.push("push", n(1));
  expect_failure(
      [&f] { f.room.refute_push("pushed"); },
      {"expected: no push pushed", "push pushed on room:a: {\"n\":1}", "which removes it"});
  expect_failure([&f] { f.room.refute_push("pushed", containing(n(1))); }, {"expected: no push"});
  const JoinedChannel other = f.ann.join("room:b");
  expect_failure([&other] { other.assert_push("pushed"); },
                 {"on room:b", "on room:a", "it came on another topic"});
}

PHX_TEST("assert_reply and refute_reply can fail") {
  const ExampleTest f;
  const MessageRef silent = f.room.push("push"), refused = f.room.push("no", n(1));
  expect_failure([&] { f.room.assert_reply(silent, Status::ok); },
                 {"expected: reply ok to ref 2: any payload", "return a Reply from handle_in"});
  expect_failure([&] { f.room.assert_reply(refused, Status::ok); },
                 {"expected: reply ok to ref 3", "reply error to ref 3", "the other status"});
  expect_failure([&] { f.room.assert_reply(refused, Status::error, n(2)); }, {"containing(…)"});
  expect_failure([&] { f.room.refute_reply(refused, Status::error); },
                 {"expected: no reply error to ref 3"});
}

PHX_TEST("assert_broadcast and refute_broadcast can fail") {
  ExampleTest f;
  expect_failure([&f] { f.test.assert_broadcast("said"); },
                 {"expected: broadcast said: any payload", "subscribe before the broadcast"});
  f.room.push("say", n(1));
  expect_failure([&f] { f.test.assert_broadcast("said", n(2)); },
                 {"broadcast said on room:a: {\"n\":1}", "containing(…)"});
  expect_failure([&f] { f.test.refute_broadcast("said"); }, {"expected: no broadcast said"});
  expect_failure([&f] { f.test.assert_broadcast("room:b", "said", n(1)); },
                 {"expected: broadcast said on room:b: {\"n\":1}", "it came on another topic"});
  expect_failure([&f] { f.test.refute_broadcast("room:a", "said"); },
                 {"expected: no broadcast said on room:a: any payload"});
}

PHX_TEST("a broadcast on a topic without a subscription of the test is not received") {
  const ExampleSocket users;
  ChannelTest test;
  test.connect(users).join("room:a").push("say");
  expect_failure([&test] { test.assert_broadcast("said"); }, {"subscribe_and_join"});
}

PHX_TEST("assertions about a channel's end can fail") {
  const ExampleTest f;
  expect_failure([&f] { f.room.assert_down(); },
                 {"the channel of room:a has ended", "it is alive"});
  f.room.push("stop");
  expect_failure([&f] { f.room.refute_down(); }, {"is alive", "it ended with normal"});
  expect_failure(
      [&f] {
        f.room.assert_down({ExitReason::shutdown, "left"});
      },
      {"ended with shutdown: left", "actual:   normal"});
  expect_failure([&f] { f.room.socket(); }, {"shows its socket", "it has ended, normal"});
  expect_failure([&f] { f.ann.assert_closed(socket::CloseCode::going_away); },
                 {"expected: close 1001", "disconnect"});
}

PHX_TEST("assertions about connecting can fail") {
  const ExampleSocket users;
  ChannelTest test;
  expect_failure([&] { test.connect(users, named("nobody")); },
                 {R"(connect accepts {"name":"nobody"})", "rejected, reason unknown name"});
  expect_failure([&] { test.connect_rejected(users, named("ann")); },
                 {R"(connect rejects {"name":"ann"})", "accepted, with the id users:ann"});
}

PHX_TEST("assertions about a join can fail") {
  const ExampleTest f;
  const Json refuse = Json::object({{"refuse", true}}), crash = Json::object({{"crash", true}});
  expect_failure([&] { f.ann.join("room:b", refuse); },
                 {"room:b accepts the join", R"(the join is refused with {"reason":"full"})"});
  expect_failure(
      [&] { f.ann.join("room:b", crash); },
      {"crash: no key", R"([error] a process crashed process="channel room:b" reason="no key")"});
  expect_failure([&] { f.ann.join_refused("room:b"); },
                 {"room:b refuses", "the join is accepted with {}"});
  expect_failure([&] { f.ann.join_refused("room:b", crash); }, {"room:b refuses", "crash: no key"});
  expect_failure([&] { f.ann.join_crashed("room:b"); }, {"crashes", "the join is accepted"});
  expect_failure([&] { f.ann.join_crashed("room:b", refuse); },
                 {"crashes", "the join is refused with"});
  expect_failure([&] { f.ann.join("lobby"); }, {"takes the topic lobby", "channels for room:*"});
  f.ann.close();
  expect_failure([&] { f.ann.join("room:b"); }, {"an answer to the join", "not connected"});
}

PHX_TEST("an unexpected crash fails the test where it happens, with the log") {
  ExampleTest f;
  expect_failure(
      [&f] { f.room.push("boom"); },
      {"expected: no process crashes", "the channel of room:a ended with crash: boom",
       "trap_exits()", R"([error] a process crashed process="channel room:a" reason=boom)"});
  f.room.assert_down();
  expect_failure([&f] { f.ann.join("room:b", Json::object({{"later", true}})); }, {"later boom"});
  f.ann.join("room:b").push("tick");
}

PHX_TEST("a push that can't be encoded crashes the channel in its test too") {
  const ExampleTest f;
  expect_failure([&f] { f.room.push("push", Json(5)); }, {"expected", "crash"});
}

PHX_TEST("a mailbox that the test does not read fails it, a client's or the test's own") {
  ExampleTest f;
  expect_failure([&f] { f.room.push("many", Json::object({{"times", 10'001}})); }, {"10000"});
  ExampleTest g;
  g.test.subscribe("news");
  expect_failure(
      [&g] {
        g.room.push("say often", Json::object({{"times", 10'001}}));
      },
      {"more than its mailbox holds"});
}

PHX_TEST("a channel that never comes to rest fails the test") {
  const ExampleTest f;
  expect_failure([&f] { f.room.push("again"); }, {"come to rest", "send_self_after"});
}
