/// A call ends in an answer, or in a crash of the caller and of no other process.

#include "process/process.h"
#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

PHX_TEST("call gets its answer while other mail waits") {
  ActorShard shard;
  Journal journal;
  const Pid server = shard.spawn([](Actor& a, Message m) {
    const Request& request = *m.get_if<Request>();
    a.scheduler().answer(request, std::string("pong"));
  });
  const Pid client = shard.spawn([&](Actor& a, Message m) {
    if (m.holds<int>()) return journal.push_back("later");
    a.call(server, std::string("ping"),
           [&](Message reply) { journal.push_back(*reply.get_if<std::string>()); });
  });
  shard.scheduler.send(client, std::string("go"));
  shard.scheduler.send(client, 1);
  shard.settle();
  expect_eq(journal, Journal{"pong", "later"});
}

PHX_TEST("a call without an answer crashes the caller after 5,000 ms") {
  ActorShard shard;
  Journal journal;
  const Pid deaf = shard.spawn([](Actor&, Message) {});
  const Pid client = shard.spawn([deaf](Actor& a, Message) { a.call(deaf, 1, [](Message) {}); });
  shard.watcher_of(client, journal);
  shard.scheduler.send(client, 1);
  shard.settle();
  shard.pass(Millis{4999});
  expect_eq(journal, Journal{});
  shard.pass(Millis{1});
  expect_eq(journal, Journal{"crash: call timed out after 5000 ms"});
}

PHX_TEST("an answer after the caller gave up is dropped, and the callee answers the next call") {
  ActorShard shard;
  Journal journal;
  std::vector<Request> unanswered;
  const Pid slow = shard.spawn([&](Actor& a, Message m) {
    if (auto* request = m.get_if<Request>()) return unanswered.push_back(std::move(*request));
    for (const Request& request : unanswered) a.scheduler().answer(request, std::string("late"));
    unanswered.clear();
  });
  const auto caller = [&] {
    return shard.spawn([&, slow](Actor& a, Message) {
      a.call(slow, 1, [&](Message reply) { journal.push_back(*reply.get_if<std::string>()); });
    });
  };
  const Pid hasty = caller(), patient = caller();
  shard.watcher_of(hasty, journal);
  shard.watcher_of(slow, journal);
  shard.scheduler.send(hasty, 1);
  shard.settle();
  shard.pass(Millis{5000});
  expect_eq(journal, Journal{"crash: call timed out after 5000 ms"});
  shard.scheduler.send(patient, 1);
  shard.settle();
  shard.scheduler.send(slow, std::string("answer all"));
  shard.settle();
  expect_eq(journal, Journal{"crash: call timed out after 5000 ms", "late"});
  expect(shard.scheduler.alive(slow) && shard.scheduler.alive(patient), "both live on");
  expect_eq(shard.scheduler.stats().crashed, 1u);
}

PHX_TEST(
    "after the answer the caller gets neither the Down nor the timeout, even if already sent") {
  ActorShard shard;
  Journal journal;
  std::optional<Request> asked;
  const Pid server =
      shard.spawn([&](Actor&, Message m) { asked = std::move(*m.get_if<Request>()); });
  const Pid client = shard.spawn([&](Actor& a, Message m) {
    if (!m.holds<int>()) return journal.push_back("stray");
    a.call(server, 1, [&](Message reply) { journal.push_back(*reply.get_if<std::string>()); });
  });
  shard.scheduler.send(client, 1);
  shard.settle();
  shard.scheduler.exit(server, {});
  shard.scheduler.answer(*asked, std::string("pong"));
  shard.scheduler.answer(*asked, std::string("pong again"));
  shard.pass(Millis{5'000});  // the Down and the timeout come with the answer
  expect_eq(journal, Journal{"pong"});
}

PHX_TEST("a call to a dead process crashes the caller at once") {
  ActorShard shard;
  Journal journal;
  const Pid client = shard.spawn([](Actor& a, Message) { a.call(Pid{0, 999}, 1, [](Message) {}); });
  shard.watcher_of(client, journal);
  shard.settle();
  shard.scheduler.send(client, 1);
  shard.settle();
  expect_eq(journal, Journal{"crash: call failed: noproc"});
}
