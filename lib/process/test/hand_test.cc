/// What is handed over from outside of all processes: a turn for a process at rest, else a message.

#include <stdexcept>
#include <thread>

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

/// Notes what it is handed, and what comes as a message.
struct Reader final : Actor {
  explicit Reader(Journal& j) : journal(j) {
    on_message = [this](Actor&, Message m) {
      const auto* letter = m.get_if<Letter>();
      journal.push_back("mail " + (letter == nullptr ? "of another kind" : letter->text));
    };
    on_end = [this](Actor&, const ExitReason& reason) { journal.push_back(to_string(reason)); };
  }
  void take_in_turn(Offer handed) override {
    auto* letter = handed.get_if<Letter>();
    if (letter == nullptr) return Process::take_in_turn(handed);
    journal.push_back("handed " + letter->text);
    if (letter->text == "torn") throw std::runtime_error("can't read it");
    if (letter->text == "last") stop();
    if (letter->text == "pass on") scheduler().send(friend_, std::move(*letter));
    if (letter->text == "hand on") {
      scheduler().hand(friend_, std::move(*letter), scheduler().now());
      journal.push_back("handed on");
    }
  }
  Journal& journal;
  Pid friend_;
};

struct Shelf : ActorShard {
  Journal journal;
  Pid friend_ = spawn([this](Actor&, Message) { journal.push_back("the friend has it"); });
  Pid reader = [this] {
    auto owned = std::make_unique<Reader>(journal);
    owned->friend_ = friend_;
    return scheduler.spawn(std::move(owned));
  }();

  Shelf() { settle(); }
  void hand(std::string text) { scheduler.hand(reader, Letter{std::move(text)}, now); }
};

}  // namespace

PHX_TEST("a process at rest has a turn for what it is handed, and needs no message") {
  Shelf shelf;
  shelf.hand("a");
  expect_eq(shelf.journal, Journal{"handed a"});
  shelf.settle();
  expect_eq(shelf.journal, Journal{"handed a"});
}

PHX_TEST("it may send in that turn: no handler runs before the next run()") {
  Shelf shelf;
  shelf.hand("pass on");
  expect_eq(shelf.journal, Journal{"handed pass on"});
  shelf.settle();
  expect_eq(shelf.journal, Journal{"handed pass on", "the friend has it"});
}

PHX_TEST("what is handed over within a turn comes as a message") {
  Shelf shelf;
  shelf.hand("hand on");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"handed hand on", "handed on", "the friend has it"});
}

PHX_TEST("nothing that is handed over overtakes mail") {
  Shelf shelf;
  shelf.scheduler.send(shelf.reader, Letter{"a"});
  shelf.hand("b");
  shelf.settle();
  shelf.hand("c");
  expect_eq(shelf.journal, Journal{"mail a", "mail b", "handed c"});
}

PHX_TEST("what a process does not know how to take in its turn, it handles as a message") {
  Shelf shelf;
  shelf.scheduler.hand(shelf.reader, 1, shelf.now);
  expect_eq(shelf.journal, Journal{"mail of another kind"});
}

PHX_TEST("one that throws at what it was handed crashes, and its watchers are notified") {
  Journal ends;
  Shelf shelf;
  shelf.watcher_of(shelf.reader, ends);
  shelf.settle();
  shelf.hand("torn");
  shelf.hand("after its end");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"handed torn", "crash: can't read it"});
  expect_eq(ends, Journal{"crash: can't read it"});
  expect_eq(shelf.scheduler.stats().crashed, 1u);
}

PHX_TEST("one that stops at what it was handed has its last turn at once") {
  Shelf shelf;
  shelf.hand("last");
  expect_eq(shelf.journal, Journal{"handed last", "normal"});
  expect(!shelf.scheduler.alive(shelf.reader), "it has ended");
}

PHX_TEST("such a turn has the time at which it was handed over, which never goes back") {
  Shelf shelf;
  const Clock::time_point later = shelf.now + Millis{50};
  shelf.scheduler.hand(shelf.reader, Letter{"a"}, later);
  expect(shelf.scheduler.now() == later, "timers of the turn count from its own time");
  shelf.scheduler.hand(shelf.reader, Letter{"b"}, shelf.now);
  expect(shelf.scheduler.now() == later, "an earlier time changes nothing");
}

PHX_TEST("what another thread hands over comes as a message") {
  Shelf shelf;
  std::thread([&] { shelf.hand("a"); }).join();
  expect(shelf.journal.empty(), "no other thread touches a process");
  shelf.settle();
  expect_eq(shelf.journal, Journal{"mail a"});
}
