/// A look keeps the first rows, and is taken in steps between which others get their turns.

#include "dashboard/survey.h"

#include "dashboard/surveyor.h"
#include "process/supervisor.h"
#include "testing/actors.h"
#include "testing/case.h"
#include "testing/test_shard.h"

using namespace phx;
using namespace phx::dashboard;
using namespace phx::testing;

namespace {

struct Idle : process::Process {
 protected:
  void handle(process::Message) override {}
};

struct ChildOf final : Idle {
  explicit ChildOf(Pid parent) : parent_(parent) {}
  std::string_view kind() const override { return "channel"; }
  std::string_view topic() const override { return "room:1"; }
  Pid client() const override { return parent_; }

 private:
  const Pid parent_;
};

std::vector<Pid> spawn_idle(TestShard& shard, std::size_t count) {
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < count; ++i) {
    pids.push_back(shard.scheduler.spawn(std::make_unique<Idle>()));
  }
  shard.settle();
  return pids;
}

/// The whole look at once.
std::shared_ptr<ProcessSurvey> surveyed(TestShard& shard, ProcessQuery query) {
  auto survey = std::make_shared<ProcessSurvey>(std::move(query));
  while (survey->step(shard.context())) {
  }
  return survey;
}

}  // namespace

PHX_TEST("a look at 10,000 processes takes many runs, and a client has its turn in each") {
  TestShard shard;
  spawn_idle(shard, 10'000);
  std::size_t turns = 0;
  auto client = std::make_unique<Actor>();
  client->on_message = [&](Actor&, Message) { ++turns; };
  const Pid pid = shard.scheduler.spawn(std::move(client));
  const Pid surveyor = shard.scheduler.spawn(std::make_unique<Surveyor>(shard.context()));
  const auto survey = std::make_shared<ProcessSurvey>(ProcessQuery{.top = 10});
  bool done = false;
  shard.scheduler.send(surveyor, Look{survey, [&] { done = true; }});
  std::size_t runs = 0;
  for (; !done && runs < 1'000; ++runs) {
    const std::size_t before = turns;
    const std::size_t seen = survey->totals().processes;
    shard.scheduler.send(pid, 1);
    shard.scheduler.run(shard.scheduler.now());
    expect_eq(turns, before + 1);
    const std::size_t step = survey->totals().processes - seen;
    expect(step <= BucketWalk::items_a_step + 8, std::to_string(step) + " processes in one run");
  }
  expect(done, "the look is complete");
  expect(runs >= 10'000 / BucketWalk::items_a_step, std::to_string(runs) + " runs");
  expect_eq(survey->totals().processes, std::size_t{10'002});  // the client and the surveyor, too
}

PHX_TEST("looks under way take turns, and each is complete") {
  TestShard shard;
  spawn_idle(shard, 2'000);
  const Pid surveyor = shard.scheduler.spawn(std::make_unique<Surveyor>(shard.context()));
  std::vector<std::shared_ptr<ProcessSurvey>> surveys;
  std::size_t done = 0;
  for (int i = 0; i < 3; ++i) {
    surveys.push_back(std::make_shared<ProcessSurvey>(ProcessQuery{.top = 5}));
    shard.scheduler.send(surveyor, Look{surveys.back(), [&] { ++done; }});
  }
  for (int runs = 0; runs < 200; ++runs) shard.scheduler.run(shard.scheduler.now());
  expect_eq(done, std::size_t{3});
  for (const auto& survey : surveys) expect_eq(survey->totals().processes, std::size_t{2'001});
}

PHX_TEST("the rows with the longest mailboxes come first, and only as many as asked for") {
  TestShard shard;
  const std::vector<Pid> pids = spawn_idle(shard, 1'000);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t mail = 0; mail <= i; ++mail) shard.scheduler.send(pids[100 * i], 1);
  }
  const auto survey = surveyed(shard, {.column = ProcessColumn::mailbox, .top = 3});
  expect_eq(survey->totals().mailbox, std::uint64_t{1 + 2 + 3 + 4 + 5});
  const std::vector<ProcessRow> rows = std::move(*survey).rows();
  expect_eq(rows.size(), std::size_t{3});
  for (std::size_t i = 0; i < 3; ++i) {
    expect(rows[i].pid == pids[100 * (4 - i)], std::to_string(i));
    expect_eq(rows[i].number(ProcessColumn::mailbox), std::uint64_t{5 - i});
  }
}

PHX_TEST("a tree is asked for level by level: without a parent, then the children of one") {
  TestShard shard;
  const Pid socket = shard.scheduler.spawn(std::make_unique<Idle>());
  const Pid channel = shard.scheduler.spawn(std::make_unique<ChildOf>(socket));
  const Pid supervisor = shard.scheduler.spawn(std::make_unique<process::Supervisor>(
      process::Strategy::one_for_one,
      std::vector<process::ChildSpec>{{"clock", [] { return std::make_unique<Idle>(); }}}));
  shard.settle();
  const auto pids = [&](std::optional<Pid> parent) {
    std::vector<Pid> found;
    const auto survey = surveyed(shard, {.column = ProcessColumn::age, .parent = parent});
    for (const ProcessRow& row : std::move(*survey).rows()) found.push_back(row.pid);
    return found;
  };
  expect(pids(Pid{}) == std::vector<Pid>{socket, supervisor}, "the roots");
  expect(pids(socket) == std::vector<Pid>{channel}, "a client's channels");
  expect_eq(pids(supervisor).size(), std::size_t{1});
  expect_eq(pids(channel).size(), std::size_t{0});
  const auto rooms = surveyed(shard, {.text = "room:"});
  expect_eq(rooms->totals().found, std::size_t{1});
  expect_eq(rooms->totals().kinds.at("channel"), std::size_t{1});
}

PHX_TEST(
    "topics of all shards are one list: members and deliveries added, a broadcast counted once") {
  TwoShards shards;
  const auto subscriber = [](TestShard& shard) {
    return shard.scheduler.spawn(std::make_unique<Idle>());
  };
  const auto a = shards.first.pubsub.subscribe("room:1", subscriber(shards.first));
  const auto b = shards.first.pubsub.subscribe("room:1", subscriber(shards.first));
  const auto c = shards.second.pubsub.subscribe("room:1", subscriber(shards.second));
  const auto d = shards.second.pubsub.subscribe("room:2", subscriber(shards.second));
  struct Nothing : pubsub::Event {};
  for (int i = 0; i < 4; ++i) {
    shards.first.pubsub.broadcast("room:1", std::make_shared<const Nothing>());
    shards.first.settle();
    shards.second.settle();
  }
  std::vector<std::vector<TopicRow>> parts;
  for (TestShard* shard : {&shards.first, &shards.second}) {
    TopicSurvey survey{TopicQuery{}};
    while (survey.step(shard->context())) {
    }
    parts.push_back(std::move(survey).rows());
  }
  const std::vector<TopicRow> rows = merged(std::move(parts), {.top = 10});
  expect_eq(rows.size(), std::size_t{2});
  expect_eq(rows[0].topic, std::string("room:1"));
  expect_eq(rows[0].shards, std::size_t{2});
  expect_eq(rows[0].number(TopicColumn::members), std::uint64_t{3});
  expect_eq(rows[0].number(TopicColumn::broadcasts), std::uint64_t{4});
  expect_eq(rows[0].number(TopicColumn::deliveries), std::uint64_t{12});
}

PHX_TEST("processes are sorted by pid, kind and topic, too, however many are left out") {
  TestShard shard;
  const std::vector<Pid> pids = spawn_idle(shard, 11);
  const Pid child = shard.scheduler.spawn(std::make_unique<ChildOf>(pids[0]));
  shard.settle();
  const auto first = [&](ProcessColumn column, bool ascending) {
    auto survey = surveyed(shard, {.column = column, .ascending = ascending, .top = 2});
    return std::move(*survey).rows().at(0).pid;
  };
  expect(first(ProcessColumn::pid, true) == pids[0], "the first pid");
  expect(first(ProcessColumn::pid, false) == child, "the last one");
  expect(first(ProcessColumn::kind, true) == child, "channel comes before process");
  expect(first(ProcessColumn::kind, false) == pids[0], "and after it the other way round");
  expect(first(ProcessColumn::topic, false) == child, "room:1, after names");
}

PHX_TEST("a second look at one process has what it handled since the first") {
  TestShard shard;
  const Pid pid = spawn_idle(shard, 1).front();
  std::vector<process::Handled> handled;
  for (int tries = 0; handled.empty() && tries < 100; ++tries) {  // Notes::patience may run out
    for (const int number : {1, 2}) {
      DetailSurvey look(pid);
      expect(!look.step(shard.context()), "one step");
      handled = look.handled;
      if (number == 1) shard.scheduler.send(pid, number);
      shard.settle();
    }
  }
  expect_eq(handled.size(), 1u);
  expect_eq(handled[0].type, "int");
}

PHX_TEST("a pid is read as it is written, and nothing else is") {
  Pid pid;
  pid.shard = 3;
  pid.serial = 42;
  expect_eq(to_string(pid), std::string("3.42"));
  expect(pid_of("3.42") == pid, "3.42");
  for (const char* text :
       {"", "3", "3.", ".42", "3.0", "64.1", "3.42x", "-1.2", "0.18446744073709551615"}) {
    expect(!pid_of(text), text);
  }
}
