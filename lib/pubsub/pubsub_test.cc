/// What a broadcast promises: all who listen, once, in order, and nobody who has gone.

#include "pubsub/pubsub.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::pubsub;
using namespace phx::testing;

namespace {

struct Text : Event {
  explicit Text(std::string t) : text(std::move(t)) {}
  std::string text;
};
EventPtr text(std::string t) { return std::make_shared<Text>(std::move(t)); }

using Journal = std::vector<std::string>;

struct Listener : Process {
  Listener(PubSub& hub, std::string topic, std::string id, Journal& journal)
      : hub_(hub), topic_(std::move(topic)), id_(std::move(id)), journal_(journal) {}

 protected:
  void init() override { subscription_ = hub_.subscribe(topic_, self()); }
  void handle(Message message) override {
    if (const EventPtr* event = message.get_if<EventPtr>()) {
      journal_.push_back(id_ + ":" + static_cast<const Text&>(**event).text);
    }
  }

 private:
  PubSub& hub_;
  std::string topic_, id_;
  Journal& journal_;
  std::unique_ptr<Subscription> subscription_;
};

struct Fixture {
  Scheduler scheduler;
  PubSub hub{scheduler};
  Journal journal;
  ~Fixture() { scheduler.clear(); }

  Pid listen(const std::string& topic, const std::string& id) {
    const Pid pid = scheduler.spawn(std::make_unique<Listener>(hub, topic, id, journal));
    settle();
    return pid;
  }
  void settle() {
    while (scheduler.run(scheduler.now())) {
    }
  }
};

}  // namespace

TEST("a broadcast reaches every subscriber of its topic, once and in order") {
  Fixture f;
  f.listen("a", "1");
  f.listen("a", "2");
  f.listen("b", "3");
  f.hub.broadcast("a", text("x"));
  f.hub.broadcast("a", text("y"));
  f.settle();
  expect_eq(f.journal, Journal{"1:x", "1:y", "2:x", "2:y"});
}

TEST("the one it is from is left out") {
  Fixture f;
  const Pid one = f.listen("a", "1");
  f.listen("a", "2");
  f.hub.broadcast("a", text("x"), one);
  f.settle();
  expect_eq(f.journal, Journal{"2:x"});
}

TEST("a process that ended, in whatever way, is subscribed no more") {
  Fixture f;
  const Pid one = f.listen("a", "1");
  f.listen("a", "2");
  f.listen("a", "3");
  f.scheduler.exit(one, {ExitReason::killed});
  f.settle();
  expect_eq(f.hub.subscribers("a"), 2u);
  f.hub.broadcast("a", text("x"));
  f.settle();
  expect_eq(f.journal, Journal{"3:x", "2:x"});
}

TEST("a topic that nobody listens to any more takes no room") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.scheduler.exit(f.listen("a", "1"), {});
  f.settle();
  expect_eq(f.hub.subscribers("a"), 0u);
  f.hub.broadcast("a", text("x"));
  f.settle();
  expect_eq(f.journal, Journal{});
}

TEST("a broadcast crosses to the other shards") {
  Fixture here;
  Scheduler other_scheduler(1);
  PubSub other_hub(other_scheduler);
  Journal other_journal;
  Scheduler::connect({&here.scheduler, &other_scheduler});
  PubSub::connect({&here.hub, &other_hub});
  other_scheduler.spawn(std::make_unique<Listener>(other_hub, "a", "far", other_journal));
  other_scheduler.run(other_scheduler.now());
  std::thread([&] {
    here.scheduler.adopt_thread();  // so that "other" is another thread's from here
    here.hub.broadcast("a", text("x"));
  }).join();
  other_scheduler.run(other_scheduler.now());
  expect_eq(other_journal, Journal{"far:x"});
  other_scheduler.clear();
}

TEST("what a thread of no shard broadcasts comes to all shards in one order") {
  Fixture here;
  Scheduler other_scheduler(1);
  PubSub other_hub(other_scheduler);
  Journal other_journal;
  Scheduler::connect({&here.scheduler, &other_scheduler});
  PubSub::connect({&here.hub, &other_hub});
  here.listen("a", "near");
  other_scheduler.spawn(std::make_unique<Listener>(other_hub, "a", "far", other_journal));
  other_scheduler.run(other_scheduler.now());
  std::thread([&] {
    here.hub.broadcast("a", text("x"));
    other_hub.broadcast("a", text("y"));
  }).join();
  here.settle();
  other_scheduler.run(other_scheduler.now());
  expect_eq(here.journal, Journal{"near:x", "near:y"});
  expect_eq(other_journal, Journal{"far:x", "far:y"});
  other_scheduler.clear();
}
