/// What needs no turn: taken at once by a process at rest, and never before what was sent earlier.

#include <stdexcept>
#include <thread>

#include "process/chooser.h"
#include "process/scheduler.h"
#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

struct Letter {
  std::string text;
};
[[maybe_unused]] void needs_no_turn(const Letter&) {}

/// Notes what it takes at once, and what comes as a message.
struct Reader final : Actor {
  explicit Reader(Journal& j) : journal(j) {
    on_message = [this](Actor&, Message m) {
      const auto* letter = m.get_if<Letter>();
      journal.push_back(letter == nullptr ? "mail" : "in turn " + letter->text);
    };
  }
  bool take_at_once(Offer offer) override {
    const auto* letter = offer.get_if<Letter>();
    if (letter == nullptr || letter->text.empty()) return false;
    if (letter->text == "torn") throw std::runtime_error("can't read it");
    journal.push_back("at once " + letter->text);
    return true;
  }
  Journal& journal;
};

/// Traces everything, and keeps nothing.
struct Tracing final : HopRecorder {
  std::uint64_t begin() noexcept override { return 1; }
  std::uint32_t record(const Hop&) noexcept override { return 1; }
};

struct Shelf : ActorShard {
  Journal journal;
  Pid reader = scheduler.spawn(std::make_unique<Reader>(journal));
};

}  // namespace

PHX_TEST("a process at rest takes at once what needs no turn") {
  Shelf shelf;
  shelf.settle();
  shelf.scheduler.send(shelf.reader, Letter{"a"});
  expect_eq(shelf.journal, Journal{"at once a"});
  shelf.settle();
  expect_eq(shelf.journal, Journal{"at once a"});
}

PHX_TEST("what it does not take comes as a message") {
  Shelf shelf;
  shelf.settle();
  shelf.scheduler.send(shelf.reader, Letter{""});
  expect(shelf.journal.empty(), "it has had no turn");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"in turn "});
}

PHX_TEST("nothing overtakes the first turn, nor mail that waits") {
  Shelf shelf;
  shelf.scheduler.send(shelf.reader, Letter{"a"});
  shelf.settle();
  shelf.scheduler.send(shelf.reader, 1);
  shelf.scheduler.send(shelf.reader, Letter{"b"});
  shelf.settle();
  shelf.scheduler.send(shelf.reader, Letter{"c"});
  expect_eq(shelf.journal, Journal{"in turn a", "mail", "in turn b", "at once c"});
}

PHX_TEST("nor does anything come at once to a process in its own turn") {
  Journal journal;
  ActorShard shard;
  auto owned = std::make_unique<Reader>(journal);
  Reader* reader = owned.get();
  owned->on_message = [reader, handle = owned->on_message](Actor& self, Message m) {
    if (m.holds<int>()) self.scheduler().send(self.self(), Letter{"to itself"});
    handle(*reader, std::move(m));
  };
  const Pid pid = shard.scheduler.spawn(std::move(owned));
  shard.scheduler.send(pid, 1);
  shard.settle();
  expect_eq(journal, Journal{"mail", "in turn to itself"});
}

PHX_TEST("while it awaits a message, all else waits") {
  Journal journal;
  ActorShard shard;
  auto owned = std::make_unique<Reader>(journal);
  Ref awaited{};
  owned->on_init = [&](Actor& self) {
    awaited = self.scheduler().make_ref();
    self.await(awaited, {}, [&](std::optional<Message>) { journal.push_back("awaited"); });
  };
  const Pid pid = shard.scheduler.spawn(std::move(owned));
  shard.settle();
  shard.scheduler.send(pid, Letter{"a"});
  shard.scheduler.send(pid, Message(1, awaited));
  shard.settle();
  expect_eq(journal, Journal{"awaited", "in turn a"});
}

PHX_TEST("from another thread it comes as a message") {
  Shelf shelf;
  shelf.settle();
  std::thread([&] { shelf.scheduler.send(shelf.reader, Letter{"a"}); }).join();
  expect(shelf.journal.empty(), "no other thread touches a process");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"in turn a"});
}

PHX_TEST("what a traced frame sends comes as a message: the trace shows its mailbox") {
  Shelf shelf;
  shelf.settle();
  Tracing recorder;
  {
    const TraceScope scope(&recorder);
    hop("sent");
    shelf.scheduler.send(shelf.reader, Letter{"a"});
  }
  expect(shelf.journal.empty(), "it waits for its turn");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"in turn a"});
}

PHX_TEST("a chooser decides between at once and a message, as a simulated world does") {
  struct Choice final : Chooser {
    std::size_t choose(std::size_t) override { return 0; }
    bool at_once() override { return now; }
    bool now = false;
  };
  Choice choice;
  Shelf shelf;
  shelf.scheduler.choose_by(choice);
  shelf.settle();
  shelf.scheduler.send(shelf.reader, Letter{"a"});
  shelf.settle();
  choice.now = true;
  shelf.scheduler.send(shelf.reader, Letter{"b"});
  expect_eq(shelf.journal, Journal{"in turn a", "at once b"});
}

PHX_TEST("one that throws as it takes something ends, and its sender goes on") {
  Journal ends;
  Shelf shelf;
  auto sender = std::make_unique<Actor>();
  sender->on_init = [&](Actor& self) { self.scheduler().monitor(self.self(), shelf.reader); };
  sender->on_message = [&](Actor& self, Message m) {
    if (const auto* down = m.get_if<Down>()) return ends.push_back(to_string(down->reason));
    self.scheduler().send(shelf.reader, Letter{"torn"});
    ends.push_back("sent");
  };
  const Pid pid = shelf.scheduler.spawn(std::move(sender));
  shelf.settle();
  shelf.scheduler.send(pid, 1);
  shelf.settle();
  expect_eq(ends, Journal{"sent", "crash: can't read it"});
}

PHX_TEST("one that has ended takes nothing") {
  Shelf shelf;
  shelf.settle();
  shelf.scheduler.exit(shelf.reader, {ExitReason::killed});
  shelf.scheduler.send(shelf.reader, Letter{"a"});
  shelf.settle();
  shelf.scheduler.send(shelf.reader, Letter{"b"});
  expect(shelf.journal.empty(), "it was about to end, then it had");
}
