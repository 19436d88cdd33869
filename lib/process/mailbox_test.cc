/// A process that does not read its mail reaches a limit, in messages or in bytes.

#include "process/mailbox.h"

#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

struct Parcel {
  std::size_t bytes;
};
std::size_t heap_bytes(const Parcel& parcel) { return parcel.bytes; }

/// The strings in a process's mail.
struct Reader final : Process {
  explicit Reader(Journal& journal) : journal_(journal) {}
  void handle(Message message) override {
    const auto* text = message.get_if<std::string>();
    journal_.push_back(text != nullptr ? *text : "(no string)");
  }

 private:
  Journal& journal_;
};

}  // namespace

PHX_TEST("a message copies a string of any kind") {
  ActorShard shard;
  Journal journal;
  const Pid reader = shard.scheduler.spawn(std::make_unique<Reader>(journal));
  {
    char array[] = "array";
    std::string gone = "a view of a string that is gone before the message is read";
    shard.scheduler.send(reader, "literal");
    shard.scheduler.send(reader, array);
    shard.scheduler.send(reader, static_cast<const char*>(array));
    shard.scheduler.send(reader, std::string_view(gone));
    shard.scheduler.send(reader, gone);
    std::fill(std::begin(array), std::end(array) - 1, 'x');
    gone.assign(gone.size(), 'x');
  }
  shard.settle();
  expect_eq(journal, Journal{"literal", "array", "array",
                             "a view of a string that is gone before the message is read",
                             "a view of a string that is gone before the message is read"});
  expect(Message(std::string(1'000, 'x')).bytes() >= 1'000, "its bytes count");
  static_assert(!std::is_constructible_v<Message, int(&)[2]>, "an array would decay to a pointer");
}

PHX_TEST("a mailbox that overflows ends only its owner") {
  ActorShard shard(Limits{.mailbox = 10});
  Journal journal;
  const Pid flooded = shard.spawn([](Actor&, Message) {});
  shard.watcher_of(flooded, journal);
  shard.settle();
  for (int i = 0; i < 11; ++i) shard.scheduler.send(flooded, i);
  shard.settle();
  expect_eq(journal, Journal{"crash: mailbox overflow: more than 10 messages wait"});
  expect_eq(shard.scheduler.stats().overflowed, 1u);
}

PHX_TEST("a mailbox that overflows is a crash, with its last turn") {
  ActorShard shard(Limits{.mailbox = 10});
  Journal journal;
  auto actor = std::make_unique<Actor>();
  actor->on_end = [&](Actor&, const ExitReason& reason) { journal.push_back(reason.detail); };
  const Pid pid = shard.scheduler.spawn(std::move(actor));
  shard.settle();
  for (int i = 0; i < 11; ++i) shard.scheduler.send(pid, i);
  shard.settle();
  expect_eq(journal, Journal{"mailbox overflow: more than 10 messages wait"});
}

PHX_TEST("too many bytes in a mailbox end its owner, as too many messages do") {
  ActorShard shard(Limits{.mailbox_bytes = 1'000});
  Journal journal;
  const Pid flooded = shard.spawn([](Actor&, Message) {});
  shard.watcher_of(flooded, journal);
  shard.settle();
  for (int i = 0; i < 4; ++i) shard.scheduler.send(flooded, Parcel{400});
  shard.settle();
  expect_eq(journal, Journal{"crash: mailbox overflow: more than 1000 bytes wait"});
  expect_eq(shard.scheduler.stats().overflowed, 1u);
}

PHX_TEST("a process whose mailbox is full still hears of every process that it monitors") {
  const auto downs_heard = [](Limits limits) {
    ActorShard shard(limits);
    std::vector<Pid> watched(100);
    for (Pid& pid : watched) pid = shard.spawn([](Actor&, Message) {});
    std::size_t heard = 0;
    const Pid watcher = shard.spawn([&](Actor&, Message m) { heard += m.holds<Down>() ? 1 : 0; },
                                    [&](Actor& a) {
                                      for (const Pid pid : watched) {
                                        a.scheduler().monitor(a.self(), pid);
                                      }
                                    });
    shard.settle();
    for (const Pid pid : watched) shard.scheduler.exit(pid, {ExitReason::killed, "all at once"});
    shard.scheduler.send(watcher, "fills it");
    shard.settle();
    expect(shard.scheduler.alive(watcher), "it lives");
    expect_eq(shard.scheduler.stats().overflowed, 0u);
    return heard;
  };
  expect_eq(downs_heard({.mailbox = 1}), 100u);
  expect_eq(downs_heard({.mailbox_bytes = 1}), 100u);
}

PHX_TEST("a process whose mailbox is full is asked to exit, and does not crash by that") {
  struct Polite final : Process {
    void handle(Message) override {}
    bool traps_exits() const override { return true; }
  };
  ActorShard shard(Limits{.mailbox = 1});
  Journal journal;
  const Pid polite = shard.scheduler.spawn(std::make_unique<Polite>());
  shard.watcher_of(polite, journal);
  shard.settle();
  shard.scheduler.send(polite, "fills it");
  shard.scheduler.exit(polite, {ExitReason::shutdown, "enough"});
  shard.settle();
  expect_eq(journal, Journal{"shutdown: enough"});
}

PHX_TEST("signals make no room for more messages") {
  Mailbox mailbox;
  mailbox.push(Down{});
  mailbox.push(ExitRequest{});
  expect(!mailbox.empty() && mailbox.size() == 0 && mailbox.bytes() == 0, "signals do not count");
  mailbox.push("text");
  expect_eq(mailbox.size(), 1u);
  expect(mailbox.pop().holds<Down>() && mailbox.pop().holds<ExitRequest>(),
         "they keep their order");
  expect_eq(mailbox.size(), 1u);
  mailbox.pop();
  expect(mailbox.empty() && mailbox.size() == 0 && mailbox.bytes() == 0, "all were read");
}

PHX_TEST("a message larger than the limit fits an empty mailbox, and no other fits with it") {
  ActorShard shard(Limits{.mailbox_bytes = 1'000});
  Journal journal;
  const Pid pid = shard.spawn(
      [&](Actor&, Message m) { journal.push_back(std::to_string(m.get_if<Parcel>()->bytes)); });
  shard.watcher_of(pid, journal);
  shard.settle();
  shard.scheduler.send(pid, Parcel{5'000});
  shard.settle();
  expect_eq(journal, Journal{"5000"});
  shard.scheduler.send(pid, Parcel{5'000});
  shard.scheduler.send(pid, Parcel{0});
  shard.settle();
  expect_eq(journal, Journal{"5000", "crash: mailbox overflow: more than 1000 bytes wait"});
}

PHX_TEST("a message that was read or taken back no longer counts, and a request's body does") {
  const auto empty = [](const Mailbox& mailbox) { return mailbox.bytes() == 0; };
  const Ref ref{7};
  Mailbox mailbox;
  expect(empty(mailbox), "nothing waits");
  mailbox.push(Request{{}, {}, Parcel{400}});
  mailbox.push(Message(Parcel{500}, ref));
  mailbox.push(Parcel{600});
  expect(mailbox.bytes() >= 1'500, "each counts");
  mailbox.take(ref);
  expect(mailbox.bytes() >= 1'000 && mailbox.bytes() < 1'500, "one was taken out");
  mailbox.pop();
  mailbox.pop();
  expect(empty(mailbox), "all were read");
}

PHX_TEST("whichever message is taken out, the others keep their order") {
  for (std::uint64_t taken = 1; taken <= 3; ++taken) {
    Mailbox mailbox;
    for (std::uint64_t tag = 1; tag <= 3; ++tag) {
      mailbox.push(Message(std::to_string(tag), Ref{tag}));
    }
    expect(mailbox.take(Ref{taken}).has_value(), "it is found");
    expect(!mailbox.take(Ref{taken}), "and found once");
    mailbox.push("4");
    expect_eq(*mailbox.last_if<std::string>(), std::string("4"));
    std::string order;
    while (!mailbox.empty()) order += *mailbox.pop().get_if<std::string>();
    expect_eq(order, std::string("1234").erase(taken - 1, 1));
    expect(mailbox.last_if<std::string>() == nullptr, "none is the newest of none");
  }
}

PHX_TEST("a hundred thousand messages that nobody reads are destroyed one at a time") {
  Mailbox mailbox;
  for (int i = 0; i < 100'000; ++i) mailbox.push("unread");
  mailbox.clear();
  expect(mailbox.empty() && mailbox.bytes() == 0, "nothing is left");
}
