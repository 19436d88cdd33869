/// Replicas of this library greet and ask each other at once, and answer page by page. A Phoenix
/// node gets the same message whether or not it was encoded in pieces.

#include "presence/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "etf/reader.h"
#include "presence/replica.h"
#include "presence/wire.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

const PidSpace pids{{"here@phx"}, 7};

TrackerOptions quick() {
  TrackerOptions options;
  options.broadcast_period = Millis{1'000};
  options.first_tick = Millis{0};
  options.down_period = Millis{3'000};
  options.permdown_period = Millis{8'000};
  options.max_delta_sizes = {4, 8};
  return options;
}

/// A node with one replica, whose presences are u1, u2, … on topic t. What it sends goes through
/// the wire.
struct Node {
  Node(const std::string& name, bool ours)
      : replica({name, ours ? own_vsn(1'700'000'000'000'000) : 1}, list, quick(), 3) {}

  void track(int from, int to) {
    for (int i = from; i <= to; ++i) {
      const process::Pid pid{0, static_cast<std::uint64_t>(i)};
      const Meta meta{pid, fmt::format("{}{}", key_(), i), Json::object()};
      replica.record("t", list.track("t", fmt::format("u{}", i), meta));
    }
  }
  void untrack(int i) {
    const process::Pid pid{0, static_cast<std::uint64_t>(i)};
    replica.record("t", list.untrack("t", fmt::format("u{}", i), pid));
  }
  /// One a tick, all of them lost; no delta generation reaches back to the first.
  void track_unheard(int from, int to) {
    for (int i = from; i <= to; ++i) track(i, i), tick();
    sent.clear();
    said.clear();
  }
  void tick() { take(replica.tick(now)); }
  void take(Replica::Turn turn) {
    for (const Outgoing& out : turn.send) say(encode(out.message, pids));
    if (turn.piece) write(turn.piece->piece);
    while (replica.lags()) {
      ++pieces;
      if (auto next = replica.go_on().piece) write(next->piece);
    }
  }
  void say(const std::string& bytes) {
    sent.push_back(bytes);
    const auto message = decode(etf::decode_whole(bytes)).message;
    const char* const kinds[] = {"beat ", "ask ", "answer ", "bye "};
    said += kinds[message.index()];
  }
  void write(const LongAck& piece) {
    if (piece.head) writer = std::make_unique<LongAckWriter>(pids);
    writer->write(piece);
    if (piece.is_last) say(writer->take());
  }
  void hear(const std::string& bytes) {
    const auto heard = tracker_event_in(etf::decode_whole(bytes));
    for (const TrackerMessage& one : heard->messages) take(replica.receive(now, one));
  }
  std::string heard_said() { return std::exchange(said, {}); }

  static inline Clock::time_point now{};
  State list;
  Replica replica;
  std::deque<std::string> sent;
  std::string said;
  int pieces = 0;
  std::unique_ptr<LongAckWriter> writer;

 private:
  std::string key_() const { return *replica.self().name().get<std::string>(); }
};

/// Delivers messages until there are none; returns how many there were.
int talk(Node& a, Node& b) {
  int messages = 0;
  while (!a.sent.empty() || !b.sent.empty()) {
    Node& from = a.sent.empty() ? b : a;
    const std::string bytes = from.sent.front();
    from.sent.pop_front();
    (&from == &a ? b : a).hear(bytes);
    expect(++messages < 1'000, "no endless talk");
  }
  return messages;
}

std::size_t listed(const Node& node) {
  std::size_t count = 0;
  for (const auto& [key, metas] : node.list.on("t")) count += metas.size();
  return count;
}

}  // namespace

PHX_TEST("a version tells replicas of this library from others") {
  expect(understands_pages({"a", own_vsn(1'796'000'000'123'456)}), "ours");
  for (const long long other : {1LL, 1'796'000'000'123'456LL, 1'796'000'000'123'456'789LL, -5LL}) {
    expect(!understands_pages({"a", other}), std::to_string(other));
  }
  expect(!understands_pages({"a", etf::Term("1")}), "no integer");
  expect(own_vsn(1'796'000'000'123'457) > own_vsn(1'796'000'000'123'456), "later is greater");
}

PHX_TEST("the first heartbeat of a new node makes both lists equal before the next tick") {
  Node a("a", true), b("b", true);
  a.track(1, 10);
  a.tick();
  a.sent.clear();  // lost
  b.track(1, 7);
  b.tick();
  talk(a, b);
  expect_eq(listed(a), 17u);
  expect_eq(listed(b), 17u);
  expect_eq(b.replica.state().clocks().size(), 2u);
  expect(a.replica.state().clocks() == b.replica.state().clocks(), "one clock");
}

PHX_TEST("a page has a limit, and the next one is requested when it has been merged") {
  Node a("a", true), b("b", true);
  a.track_unheard(1, 10);
  a.untrack(4);
  a.track(11, 12);
  a.tick();
  a.heard_said();
  talk(a, b);
  expect_eq(listed(b), 11u);
  expect_eq(b.heard_said(), std::string("beat ask ask ask ask "));
  expect_eq(a.heard_said(), std::string("beat answer answer answer answer "));
}

PHX_TEST("changes between two pages are not lost") {
  Node a("a", true), b("b", true);
  a.track_unheard(1, 10);
  b.tick();
  a.hear(b.sent.front());  // greeted
  b.sent.clear();
  b.hear(a.sent.front());
  a.sent.clear();
  for (int page = 0; page < 2; ++page) {
    a.hear(b.sent.back());
    b.hear(a.sent.back());
  }
  expect_eq(listed(b), 6u);
  a.untrack(2), a.untrack(9);
  a.track(11, 11);
  a.sent.clear();
  a.hear(b.sent.back());
  b.sent.clear();
  talk(a, b);
  expect_eq(listed(b), 9u);  // u2 is still listed: its leave comes with the next delta
  a.tick();
  talk(a, b);
  expect_eq(listed(b), 9u);
  expect(a.replica.state().clocks() == b.replica.state().clocks(), "one clock");
}

PHX_TEST("a page that is late, or twice, or from another node, is ignored") {
  const ReplicaRef a("a", 1), x("x", 1);
  const auto page = [&](Count after, Count last) {
    return Snapshot{a, {{a, last}}, {{a, {}}}, {}, {{a, after}}};
  };
  const auto takes = [&](Pages& pages, const ReplicaRef& from, Snapshot one) {
    pages.take(from, one, {});
    return !one.context.empty();
  };
  Pages pages;
  pages.ask(a, {{a, 20}}, {});
  expect(!takes(pages, x, page(0, 5)), "from another");
  expect(!takes(pages, a, page(5, 10)), "not the first");
  expect(takes(pages, a, page(0, 5)), "the first");
  expect(!takes(pages, a, page(0, 5)), "twice");
  expect(pages.next(a) == Clocks{{a, 5}}, "the next");
  expect(takes(pages, a, page(5, 25)), "the last");
  expect(pages.empty(), "all has come");
}

PHX_TEST("no second node is asked for the same presences until the first is overdue") {
  Node b("b", true);
  const auto beat = [&](const std::string& name, const Clocks& knows) {
    const ReplicaRef ref(name, own_vsn(1'700'000'000'000'000));
    b.take(b.replica.receive(Node::now, Heartbeat{ref, {}, {ref, knows}}));
  };
  const ReplicaRef a("a", own_vsn(1'700'000'000'000'000)), c("c", a.vsn());
  b.tick();
  beat("a", {{a, 5}});
  beat("c", {{a, 5}, {c, 0}});
  b.heard_said();
  b.tick(), b.tick();
  expect_eq(b.heard_said(), std::string("beat "));
  Node::now += Millis{5'000};
  beat("c", {{a, 5}, {c, 0}});
  beat("a", {{a, 5}});
  b.heard_said();
  b.tick(), b.tick();
  expect(b.heard_said().find("ask") != std::string::npos, "asked again");
}

PHX_TEST("a long answer to a Phoenix node is written in pieces, and is the same message") {
  Node a("a", true);
  a.track_unheard(1, 20);
  a.untrack(3);
  const ReplicaRef x("x", 1);
  const TransferRequest request{etf::Term("r"), x, {x, {{a.replica.self(), 0}}}};
  Snapshot whole = a.replica.state().extract(request.clocks.clocks);
  const TransferAck at_once{request.ref, a.replica.self(), std::move(whole)};
  a.take(a.replica.receive(Node::now, request));
  expect_eq(a.sent.size(), 1u);
  expect(a.pieces > 5, "in pieces");
  expect(etf::decode_whole(a.sent.front()) == etf::decode_whole(encode(at_once, pids)), "the same");
}

PHX_TEST("a long answer leaves out later changes") {
  Node a("a", true);
  a.track(1, 8);
  const ReplicaRef x("x", 1);
  const TransferRequest request{etf::Term("r"), x, {x, {{a.replica.self(), 0}}}};
  LongAnswer answer(request, a.replica.state(), 3);
  LongAck piece = answer.next(a.replica.state());
  a.untrack(5);
  a.track(9, 9);
  std::size_t presences = 0;
  for (;; piece = answer.next(a.replica.state())) {
    for (const auto& [ref, part] : piece.parts) presences += part.values.size();
    if (piece.is_last) break;
  }
  expect_eq(presences, 7u);
}

PHX_TEST("a long answer is dropped if a replica is forgotten, even if it is back at once") {
  Node a("a", true), b("b", false);
  a.track_unheard(1, 20);
  b.track_unheard(1, 20);
  b.track(21, 21);
  b.tick();
  talk(a, b);
  a.tick(), a.tick();
  talk(a, b);
  expect_eq(listed(a), 41u);

  const ReplicaRef x("x", 1), gone = b.replica.self();
  const Clocks nothing{{a.replica.self(), 0}, {gone, 0}};
  a.replica.receive(Node::now, TransferRequest{etf::Term("r"), x, {x, nothing}});
  expect(a.replica.go_on().piece.has_value(), "an answer has begun");
  a.replica.receive(Node::now, GracefulPermdown{gone});
  a.replica.receive(Node::now, Heartbeat{gone, {}, {gone, {}}});
  int pieces = 0;
  for (int i = 0; i < 100 && a.replica.lags(); ++i) {
    if (a.replica.go_on().piece) ++pieces;
  }
  expect_eq(pieces, 0);  // it would say that all of its presences have left
}

PHX_TEST("pending clocks that do not dominate each other have a limit") {
  Node a("a", true);
  for (int i = 0; i < 100; ++i) {
    const ReplicaRef from(fmt::format("x{}", i), 1);
    Clocks clocks;
    for (int k = 0; k < 1'000; ++k) clocks.emplace(ReplicaRef(fmt::format("{}.{}", i, k), 1), 1);
    a.take(a.replica.receive(Node::now, Heartbeat{from, {}, {from, clocks}}));
  }
  a.tick(), a.tick();
  const auto asks = static_cast<std::size_t>(std::count(a.said.begin(), a.said.end(), 'k'));
  expect(asks >= 60 && asks <= 65, fmt::format("{} are asked, of 65,536 clocks", asks));
}
