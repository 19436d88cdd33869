/// What a broadcast promises: all who listen, once, in order, and nobody who has gone.

#include "pubsub/pubsub.h"

#include <cstring>
#include <string_view>

#include "etf/term.h"
#include "pubsub/adapter.h"
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
    if (const Text* event = event_in<Text>(message)) journal_.push_back(id_ + ":" + event->text);
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
  explicit Fixture(std::uint32_t shard = 0) : scheduler(shard) {}
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

/// Two shards that know each other; on the second somebody listens.
struct TwoShards {
  Fixture here, there{1};
  TwoShards() {
    Scheduler::connect({&here.scheduler, &there.scheduler});
    PubSub::connect({&here.hub, &there.hub});
    there.listen("a", "far");
  }
};

/// Texts of 16 bytes that std::hash can't tell apart, as anybody can make them: libstdc++'s is
/// MurmurHash64A with a seed that all know, and each of its steps can be taken back.
std::vector<std::string> colliding(std::size_t count) {
  constexpr std::uint64_t multiplier = 0xC6A4'A793'5BD1'E995, inverse = 0x5F7A'0EA7'E59B'19BD;
  constexpr std::uint64_t seed = 0xC70F'6907;
  const auto mixed = [](std::uint64_t block) {
    block *= multiplier;
    block ^= block >> 47;
    return block * multiplier;
  };
  const auto unmixed = [](std::uint64_t block) {
    block *= inverse;
    block ^= block >> 47;
    return block * inverse;
  };
  constexpr std::uint64_t state = 42;  // that all of them lead to
  std::vector<std::string> texts;
  for (std::uint64_t first = 0; first < count; ++first) {
    const std::uint64_t after_first = ((seed ^ (16 * multiplier)) ^ mixed(first)) * multiplier;
    const std::uint64_t second = unmixed(after_first ^ state);
    std::string text(16, '\0');
    std::memcpy(text.data(), &first, 8);
    std::memcpy(text.data() + 8, &second, 8);
    texts.push_back(text);
  }
  return texts;
}

}  // namespace

PHX_TEST("topics that std::hash can't tell apart do not fill one place of the table") {
  const std::vector<std::string> topics = colliding(5'000);
  expect_eq(std::hash<std::string_view>{}(topics.front()),
            std::hash<std::string_view>{}(topics.back()));
  Fixture f;
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (const std::string& topic : topics) {
    subscriptions.push_back(f.hub.subscribe(topic, Pid{0, 1}));
  }
  expect(f.hub.longest_search() < 20, std::to_string(f.hub.longest_search()) + " in one place");
}

PHX_TEST("a broadcast reaches every subscriber of its topic, once and in order") {
  Fixture f;
  f.listen("a", "1");
  f.listen("a", "2");
  f.listen("b", "3");
  f.hub.broadcast("a", text("x"));
  f.hub.broadcast("a", text("y"));
  f.settle();
  expect_eq(f.journal, Journal{"1:x", "1:y", "2:x", "2:y"});
}

PHX_TEST("the one it is from is left out") {
  Fixture f;
  const Pid one = f.listen("a", "1");
  f.listen("a", "2");
  f.hub.broadcast("a", text("x"), one);
  f.settle();
  expect_eq(f.journal, Journal{"2:x"});
}

PHX_TEST("a process that ended, in whatever way, is subscribed no more") {
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

PHX_TEST("a topic that nobody listens to any more takes no room") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.scheduler.exit(f.listen("a", "1"), {});
  f.settle();
  expect_eq(f.hub.subscribers("a"), 0u);
  f.hub.broadcast("a", text("x"));
  f.settle();
  expect_eq(f.journal, Journal{});
}

PHX_TEST("a broadcast crosses to the other shards") {
  TwoShards shards;
  Fixture& here = shards.here;
  Fixture& there = shards.there;
  std::thread([&] {
    here.scheduler.adopt_thread();  // so that "there" is another thread's from here
    here.hub.broadcast("a", text("x"));
  }).join();
  there.settle();
  expect_eq(there.journal, Journal{"far:x"});
}

PHX_TEST("what a thread of no shard broadcasts comes to all shards in one order") {
  TwoShards shards;
  Fixture& here = shards.here;
  Fixture& there = shards.there;
  here.listen("a", "near");
  std::thread([&] {
    here.hub.broadcast("a", text("x"));
    there.hub.broadcast("a", text("y"));
  }).join();
  here.settle();
  there.settle();
  expect_eq(here.journal, Journal{"near:x", "near:y"});
  expect_eq(there.journal, Journal{"far:x", "far:y"});
}

PHX_TEST("what is broadcast goes to other nodes first; a local broadcast stays") {
  struct Nodes final : Adapter {
    explicit Nodes(Journal& j) : journal(j) {}
    const std::string& node_name() const override { return name; }
    void open(std::vector<PubSub*>, const telemetry::Telemetry&, const Log&) override {}
    void close() override {}
    void broadcast(std::string_view topic, const EventPtr& event) override {
      const Text* sent = as<Text>(*event);
      if (sent->text == "unsendable") throw std::runtime_error("unsendable");
      journal.push_back("others:" + std::string(topic) + ":" + sent->text);
    }
    void direct_broadcast(const etf::Term&, std::string_view, const EventPtr&) override {}
    std::string name = "here";
    Journal& journal;
  };
  Fixture f;
  Nodes nodes(f.journal);
  f.hub.use(&nodes);
  f.listen("t", "own");
  f.hub.broadcast("t", text("one"));
  f.hub.local_broadcast("t", text("two"));
  expect_throw<std::runtime_error>([&] { f.hub.broadcast("t", text("unsendable")); });
  f.settle();
  expect_eq(f.journal, Journal{"others:t:one", "own:one", "own:two"});
}

namespace {

/// Writes down which topics it is told of.
struct Told final : Adapter {
  const std::string& node_name() const override { return name; }
  void open(std::vector<PubSub*>, const telemetry::Telemetry&, const Log&) override {}
  void close() override {}
  void broadcast(std::string_view, const EventPtr&) override {}
  void direct_broadcast(const etf::Term&, std::string_view, const EventPtr&) override {}
  void topic_opened(std::string_view topic, Wants wants) override { say("+", topic, wants); }
  void topic_closed(std::string_view topic, Wants wants) override { say("-", topic, wants); }
  bool hears(std::string_view) const override { return !then; }
  void when_heard(std::string_view, std::function<void()> t) override { then = std::move(t); }
  void say(const std::string& what, std::string_view topic, Wants wants) {
    said.push_back(what + std::string(topic) + (wants == Wants::all ? "" : " (notices)"));
  }

  const std::string name = "here";
  Journal said;
  std::function<void()> then;
};

}  // namespace

PHX_TEST(
    "the way to other nodes is told of a topic's first subscriber, and when its last is gone") {
  Told told;
  Fixture f;
  f.hub.use(&told);
  const Pid ann = f.listen("room", "ann");
  const Pid ben = f.listen("room", "ben");
  f.listen("hall", "cat");
  f.scheduler.exit(ann, {ExitReason::killed});
  f.settle();
  expect_eq(told.said, Journal({"+room", "+hall"}));
  f.scheduler.exit(ben, {ExitReason::killed});
  f.settle();
  expect_eq(told.said, Journal({"+room", "+hall", "-room"}));
  f.hub.use(nullptr);
}

PHX_TEST("subscribers of notices alone open a topic as such, beside those who want all of it") {
  Told told;
  Fixture f;
  f.hub.use(&told);
  auto notices = f.hub.subscribe("user:ann", Pid{0, 1}, nullptr, Wants::notices);
  auto more = f.hub.subscribe("user:ann", Pid{0, 2}, nullptr, Wants::notices);
  expect_eq(told.said, Journal({"+user:ann (notices)"}));
  auto all = f.hub.subscribe("user:ann", Pid{0, 3});
  more.reset();
  all.reset();
  expect_eq(told.said, Journal({"+user:ann (notices)", "+user:ann", "-user:ann"}));
  notices.reset();
  expect_eq(told.said.back(), std::string("-user:ann (notices)"));
  f.hub.use(nullptr);
}

PHX_TEST("a subscriber is told once others' broadcasts arrive, and not where they do already") {
  struct Waiting : Process {
    Waiting(PubSub& hub, Journal& journal) : hub_(hub), journal_(journal) {}
    void init() override {
      subscription_ = hub_.subscribe("t", self());
      const auto ref = hub_.when_heard("t", self());
      if (!ref) return journal_.push_back("heard already");
      await(*ref, {}, [this](std::optional<Message> message) {
        journal_.push_back(message->holds<Heard>() ? "heard" : "something else");
      });
    }
    void handle(Message) override {}
    PubSub& hub_;
    Journal& journal_;
    std::unique_ptr<Subscription> subscription_;
  };
  Told told;
  Fixture f;
  const auto spawn = [&f] {
    f.scheduler.spawn(std::make_unique<Waiting>(f.hub, f.journal));
    f.settle();
  };
  spawn();  // without other nodes
  f.hub.use(&told);
  told.then = [] {};  // it has not heard yet
  spawn();
  expect_eq(f.journal, Journal({"heard already"}));
  std::exchange(told.then, {})();
  f.settle();
  spawn();
  expect_eq(f.journal, Journal({"heard already", "heard", "heard already"}));
  f.scheduler.clear();
  f.hub.use(nullptr);
}
