/// A broadcast reaches every subscriber once, in order, and no process that has unsubscribed.

#include "pubsub/pubsub.h"

#include <algorithm>
#include <cstring>
#include <set>
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

/// Two connected shards; the second has a subscriber.
struct TwoShards {
  Fixture here, there{1};
  TwoShards() {
    Scheduler::connect({&here.scheduler, &there.scheduler});
    PubSub::connect({&here.hub, &there.hub});
    there.listen("a", "far");
  }
};

/// Texts of 16 bytes with the same std::hash. Anyone can make them: libstdc++ uses MurmurHash64A
/// with a known seed, and each of its steps can be reversed.
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
  constexpr std::uint64_t state = 42;  // the hash of all
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

PHX_TEST("topics with the same std::hash do not share a bucket of the table") {
  const std::vector<std::string> topics = colliding(5'000);
  expect_eq(std::hash<std::string_view>{}(topics.front()),
            std::hash<std::string_view>{}(topics.back()));
  Fixture f;
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (const std::string& topic : topics) {
    subscriptions.push_back(f.hub.subscribe(topic, Pid{0, 1}));
  }
  expect(f.hub.longest_search() < 20, std::to_string(f.hub.longest_search()) + " in one bucket");
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

PHX_TEST("a broadcast is for its topic alone, of which every character counts") {
  const std::vector<std::string> topics{
      "", "a", "A", "aa", "a:", "a ", " a", "á", std::string("a\0", 2), std::string("a\0b", 3)};
  Fixture f;
  for (std::size_t i = 0; i < topics.size(); ++i) f.listen(topics[i], std::to_string(i));
  for (std::size_t i = 0; i < topics.size(); ++i) {
    f.hub.broadcast(topics[i], text("x"));
    f.settle();
    expect_eq(std::exchange(f.journal, {}), Journal{std::to_string(i) + ":x"});
  }
}

PHX_TEST("members leave in any order, and all others stay subscribed") {
  // Three members leave in each of their orders; the member that fills a gap must be found again.
  std::vector<std::size_t> order{0, 1, 2};
  do {
    Fixture f;
    std::vector<Pid> members;
    for (const char* id : {"1", "2", "3", "4"}) members.push_back(f.listen("a", id));
    std::set<std::string> left{"1:x", "2:x", "3:x", "4:x"};
    for (const std::size_t leaver : order) {
      f.scheduler.exit(members[leaver], {ExitReason::killed});
      f.settle();
      left.erase(std::to_string(leaver + 1) + ":x");
      f.hub.broadcast("a", text("x"));
      f.settle();
      const Journal heard = std::exchange(f.journal, {});
      expect_eq(heard.size(), left.size());
      expect(std::set(heard.begin(), heard.end()) == left, "everyone who is left heard it once");
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

PHX_TEST("a broadcast reaches all of a thousand subscribers, except its sender") {
  Fixture f;
  std::vector<Pid> members;
  for (int i = 0; i < 1'000; ++i) members.push_back(f.listen("a", std::to_string(i)));
  f.hub.broadcast("a", text("x"));
  f.settle();
  expect_eq(std::exchange(f.journal, {}).size(), 1'000u);
  for (const Pid from : {members.front(), members[500], members.back()}) {
    f.hub.broadcast("a", text("x"), from);
    f.settle();
    expect_eq(std::exchange(f.journal, {}).size(), 999u);
  }
}

PHX_TEST("a dispatcher gets each subscriber's pid and metadata") {
  struct Left final : Metadata {
    explicit Left(std::string t) : text(std::move(t)) {}
    std::string text;
  };
  static Journal given;
  given.clear();
  Fixture f;
  const auto first = f.hub.subscribe("a", Pid{0, 1}, std::make_shared<Left>("one"));
  auto second = f.hub.subscribe("a", Pid{0, 2}, std::make_shared<Left>("two"));
  const auto third = f.hub.subscribe("a", Pid{0, 3});
  const auto fourth = f.hub.subscribe("a", Pid{0, 4}, std::make_shared<Left>("four"));
  const Dispatcher note = [](Scheduler&, std::span<const Subscriber> subscribers, Pid,
                             const EventPtr&) {
    for (const Subscriber& one : subscribers) {
      const Left* left = one.metadata ? as<Left>(*one.metadata) : nullptr;
      given.push_back(std::to_string(one.pid.serial) + " " + (left ? left->text : "nothing"));
    }
  };
  f.hub.broadcast("a", text("x"), {}, note);
  expect_eq(given, Journal{"1 one", "2 two", "3 nothing", "4 four"});
  given.clear();
  second.reset();
  f.hub.broadcast("a", text("x"), {}, note);
  expect_eq(given, Journal{"1 one", "4 four", "3 nothing"});
}

PHX_TEST("the sender is left out") {
  Fixture f;
  const Pid one = f.listen("a", "1");
  f.listen("a", "2");
  f.hub.broadcast("a", text("x"), one);
  f.settle();
  expect_eq(f.journal, Journal{"2:x"});
}

PHX_TEST("a process is unsubscribed when it ends, in whatever way") {
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

PHX_TEST("a topic without subscribers takes no memory") {
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
    here.scheduler.adopt_thread();  // so that "there" belongs to another thread
    here.hub.broadcast("a", text("x"));
  }).join();
  there.settle();
  expect_eq(there.journal, Journal{"far:x"});
}

PHX_TEST("broadcasts from a thread outside all shards reach every shard in one order") {
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

PHX_TEST("a broadcast goes to other nodes first; a local broadcast stays here") {
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

/// Records the topics that are opened and closed.
struct Told final : Adapter {
  const std::string& node_name() const override { return name; }
  void open(std::vector<PubSub*>, const telemetry::Telemetry&, const Log&) override {}
  void close() override {}
  void broadcast(std::string_view, const EventPtr&) override {}
  void direct_broadcast(const etf::Term&, std::string_view, const EventPtr&) override {}
  void topic_opened(std::string_view topic, Wants wants) override { say("+", topic, wants); }
  void topic_closed(std::string_view topic, Wants wants) override { say("-", topic, wants); }
  bool is_subscribed(std::string_view) const override { return !then; }
  void when_subscribed(std::string_view, std::function<void()> t) override { then = std::move(t); }
  void say(const std::string& what, std::string_view topic, Wants wants) {
    said.push_back(what + std::string(topic) + (wants == Wants::all ? "" : " (notices)"));
  }

  const std::string name = "here";
  Journal said;
  std::function<void()> then;
};

}  // namespace

PHX_TEST("the adapter is notified of a topic's first subscriber, and when the last is gone") {
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

PHX_TEST(
    "subscribers that want only notices open a topic for notices, apart from those that want "
    "everything") {
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

PHX_TEST("a subscriber is notified once other nodes' broadcasts arrive, unless they already do") {
  struct Waiting : Process {
    Waiting(PubSub& hub, Journal& journal) : hub_(hub), journal_(journal) {}
    void init() override {
      subscription_ = hub_.subscribe("t", self());
      const auto ref = hub_.when_subscribed("t", self());
      if (!ref) return journal_.push_back("heard already");
      await(*ref, {}, [this](std::optional<Message> message) {
        journal_.push_back(message->holds<Subscribed>() ? "heard" : "something else");
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
