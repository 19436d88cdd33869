/// What a replica sends and when, and how it handles the others' messages. The test owns the clock.

#include "presence/replica.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <random>

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/seeds.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

const process::Pid ann{0, 1}, bob{0, 2};

TrackerOptions quick() {
  TrackerOptions options;
  options.broadcast_period = Millis{300};
  options.max_silent_periods = 3;
  options.down_period = Millis{3'000};
  options.permdown_period = Millis{8'000};
  options.max_delta_sizes = {8, 30};
  return options;
}

std::string name_of(const etf::Term& name) {
  const auto* text = name.get<std::string>();
  return text == nullptr ? "?" : *text;
}

/// `beat`, `delta 2` (operations and presences), `ask b`, `all for b`, `delta 4 for b`, `bye`.
std::string text(const Outgoing& out) {
  const std::string to = out.to ? " for " + name_of(*out.to) : "";
  if (const auto* beat = std::get_if<Heartbeat>(&out.message)) {
    return beat->delta ? fmt::format("delta {}", beat->delta->size()) : "beat";
  }
  if (std::holds_alternative<TransferRequest>(out.message)) return "ask " + name_of(*out.to);
  if (std::holds_alternative<GracefulPermdown>(out.message)) return "bye";
  const Transfer& transfer = std::get<TransferAck>(out.message).transfer;
  const auto* delta = std::get_if<Delta>(&transfer);
  return (delta == nullptr ? "all" : fmt::format("delta {}", delta->size())) + to;
}

std::string text(const Replica::Turn& turn) {
  std::string all;
  for (const Outgoing& out : turn.send) all += (all.empty() ? "" : ", ") + text(out);
  return all;
}

/// `+u` for each key that joins topic t, `-u` for each that leaves.
std::string seen(const Replica::Turn& turn) {
  std::string all;
  for (const Diffs& diffs : turn.changes) {
    for (const auto& [topic, diff] : diffs) {
      for (const auto& [key, metas] : diff.leaves) all += "-" + key;
      for (const auto& [key, metas] : diff.joins) all += "+" + key;
    }
  }
  return all;
}

/// A message as another node decodes it: none of its processes is local.
TrackerMessage abroad(TrackerMessage message) {
  const auto strip = [](Parts& parts) {
    for (auto& [ref, part] : parts) {
      for (auto& [count, value] : part.values) {
        Value copy = *value;
        copy.meta.pid = {};
        value = std::make_shared<const Value>(std::move(copy));
      }
    }
  };
  if (auto* beat = std::get_if<Heartbeat>(&message); beat != nullptr && beat->delta) {
    strip(beat->delta->parts);
  }
  if (auto* ack = std::get_if<TransferAck>(&message)) {
    std::visit([&](auto& one) { strip(one.parts); }, ack->transfer);
  }
  return message;
}

/// A node with one replica, whose processes are on topic t.
struct Node {
  explicit Node(const std::string& name, long long vsn = 1, std::size_t page_size = 4'000)
      : replica({name, vsn}, list, quick(), page_size) {}

  void track(const std::string& key, process::Pid pid, const std::string& ref) {
    replica.record("t", list.track("t", key, {pid, ref, Json::object()}));
  }
  void untrack(const std::string& key, process::Pid pid) {
    replica.record("t", list.untrack("t", key, pid));
  }
  std::string tick() { return text(last = replica.tick(now)); }
  /// Delivers this replica's last messages to the other, if they are addressed to it.
  std::string tell(Node& other) const {
    Replica::Turn all;
    for (const Outgoing& out : last.send) {
      if (out.to && name_of(*out.to) != name_of(other.replica.self().name())) continue;
      Replica::Turn turn = other.replica.receive(now, abroad(out.message));
      std::move(turn.send.begin(), turn.send.end(), std::back_inserter(all.send));
      std::move(turn.changes.begin(), turn.changes.end(), std::back_inserter(all.changes));
    }
    other.last = all;
    return seen(all);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const auto& [key, metas] : list.on("t")) {
      for (const Meta& meta : metas) lines.push_back(key + " " + meta.phx_ref);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  static inline Clock::time_point now{};
  State list;
  Replica replica;
  Replica::Turn last;
};

}  // namespace

PHX_TEST("the first tick sends a heartbeat, and so does each tick after the allowed silent ones") {
  Node a("a");
  std::string said;
  for (int i = 0; i < 9; ++i) said += a.tick().empty() ? '.' : '!';
  expect_eq(said, std::string("!...!...!"));
  a.track("u", ann, "1");
  expect_eq(a.tick(), std::string("delta 2"));
  said.clear();
  for (int i = 0; i < 4; ++i) said += a.tick().empty() ? '.' : '!';
  expect_eq(said, std::string("...!"));
}

PHX_TEST("a change is sent at the next tick, and a replica that missed it requests it") {
  Node a("a"), b("b");
  a.tick(), a.tell(b);
  b.tick(), b.tell(a);
  a.track("u", ann, "1");
  a.tick();  // lost
  a.track("v", bob, "2");
  expect_eq(a.tick(), std::string("delta 2"));
  expect_eq(a.tell(b), std::string("+v"));
  expect_eq(b.tick(), std::string("ask a"));
  b.tell(a);
  expect_eq(text(a.last), std::string("delta 4 for b"));
  expect_eq(a.tell(b), std::string("+u"));
  expect_eq(b.lines(), a.lines());
  for (int i = 0; i < 4; ++i) a.tick(), a.tell(b);
  expect(b.tick() != "ask a" && b.tick() != "ask a", "it lacks nothing");
}

PHX_TEST("a silent replica leaves, returns as it was, and is removed in the end") {
  Node a("a"), b("b");
  a.track("u", ann, "1");
  a.tick();
  expect_eq(a.tell(b), std::string("+u"));
  Node::now += Millis{3'000};
  b.tick();
  expect_eq(seen(b.last), std::string(""));
  Node::now += Millis{1};
  b.tick();
  expect_eq(seen(b.last), std::string("-u"));
  expect_eq(b.replica.replicas_up(), 0u);
  for (int i = 0; i < 4; ++i) a.tick();
  expect_eq(a.tell(b), std::string("+u"));  // an empty heartbeat is enough
  Node::now += Millis{8'001};
  b.tick();
  expect_eq(seen(b.last), std::string("-u"));
  expect_eq(b.replica.state().clocks().size(), 1u);
  for (int i = 0; i < 4; ++i) a.tick();
  expect_eq(a.tell(b), std::string(""));  // everything is requested from it
  while (b.tick() != "ask a") {
  }
  b.tell(a);
  expect_eq(a.tell(b), std::string("+u"));
}

PHX_TEST("a node's new run ends the previous one at once") {
  Node a("a"), again("a", 2), b("b");
  a.track("u", ann, "1");
  a.tick(), a.tell(b);
  again.track("v", ann, "2");
  again.tick();
  expect_eq(again.tell(b), std::string("-u+v"));
}

PHX_TEST("a node that leaves sends its changes, and is gone at once") {
  Node a("a"), b("b");
  a.track("u", ann, "1");
  a.tick(), a.tell(b);
  a.untrack("u", ann);
  a.track("v", bob, "2");
  a.last = a.replica.leave(true);
  expect_eq(text(a.last), std::string("delta 4, bye"));
  expect_eq(a.tell(b), std::string("-u+v-v"));
  expect_eq(b.replica.replicas_up(), 0u);
}

PHX_TEST("messages of a node with the same name, and farewells of unknown nodes, are ignored") {
  Node a("a"), twin("a", 2), b("b");
  twin.tick(), twin.tell(a);
  expect_eq(a.replica.ignored(), 1u);
  expect_eq(a.replica.replicas_up(), 0u);
  b.last = b.replica.leave(true);
  b.tell(a);
  expect_eq(a.replica.ignored(), 2u);
}

PHX_TEST("what a message has beyond a limit is left out, and reported each time") {
  using Skipped = std::vector<Skip>;
  Node a("a", 1, 1);
  for (std::uint64_t i = 1; i <= 60; ++i) {  // more than the deltas that are kept
    a.track("u", {0, i}, std::to_string(i));
    if (i % 20 == 0) a.tick();
  }
  const auto receive = [&](const TrackerMessage& message) {
    return a.replica.receive(Node::now, message).skipped;
  };
  const auto ref = [](const char* name, int number) {
    return ReplicaRef(name + std::to_string(number), 1);
  };
  // Nodes of an unknown kind that ask for everything: each answer is longer than one turn.
  for (int i = 0; i < 64; ++i) {
    const TransferRequest all{1, ref("n", i), {ref("n", i), {{a.replica.self(), 0}}}};
    expect_eq(receive(all), Skipped{});
    expect_eq(receive(all), Skipped{});  // it asks again, and is answered once
  }
  const TransferRequest one_more{1, ref("n", 64), {ref("n", 64), {{a.replica.self(), 0}}}};
  expect_eq(receive(one_more), Skipped{Skip::requests});
  expect_eq(receive(one_more), Skipped{Skip::requests});

  std::size_t clocks = 0;
  for (int i = 0; i < 20; ++i) {
    Clocks many;
    for (int j = 0; j < 4'000; ++j) many.emplace(ref("r", 4'000 * i + j), 1);
    const Skipped skipped = receive(Heartbeat{ref("m", i), {}, {ref("m", i), many}});
    for (const Skip why : skipped) expect(why == Skip::clocks, "only the clocks are left out");
    clocks += skipped.size();
  }
  expect_eq(clocks, 4u);  // 16 times 4,000 fit in 65,536

  expect_eq(receive(Heartbeat{ReplicaRef("a", 2), {}, {}}), Skipped{Skip::own_name});
  expect_eq(receive(TransferRequest{1, ReplicaRef("a", 2), {}}), Skipped{Skip::own_name});
  for (int i = 0; i < 5'000; ++i) receive(Heartbeat{ref("x", i), {}, {}});
  expect_eq(receive(Heartbeat{ref("y", 0), {}, {}}), Skipped{Skip::replicas});
}

PHX_TEST("contradictory periods are refused, and the error says which to set") {
  const auto refused = [](auto set) {
    TrackerOptions options;
    set(options);
    return expect_throw<OptionError>([&] { options.require_sense(); });
  };
  TrackerOptions{}.require_sense();
  expect_eq(TrackerOptions{}.down_after(), Millis{30'000});
  expect(refused([](auto& o) { o.down_period = Millis{2'999}; }).ends_with("down_period"), "down");
  expect(refused([](auto& o) { o.permdown_period = Millis{30'000}; }).ends_with("permdown_period"),
         "permdown");
  expect(refused([](auto& o) { o.broadcast_period = Millis{0}; }).ends_with("broadcast_period"),
         "broadcast");
}

namespace {

enum class Of { phoenix, us, both };

/// Nodes that tick, and a network that loses, delays and duplicates messages, and splits.
class Cluster {
 public:
  Cluster(std::uint64_t seed, Of whom) : random_(seed), whom_(whom) {
    Node::now = Clock::time_point{};
    const int nodes = 2 + below(3);
    for (int i = 0; i < nodes; ++i) nodes_.push_back(start(i));
    side_.resize(nodes_.size());
  }

  void run() {
    for (int ticks = 10 + below(60); ticks > 0; --ticks) {
      if (below(8) == 0) split();
      if (below(20) == 0) restart();
      for (int operations = below(4); operations > 0; --operations) operate();
      tick(6);
    }
    std::fill(side_.begin(), side_.end(), 0);
    for (int ticks = 0; ticks < 70; ++ticks) tick(0);  // well beyond permdown
    for (const auto& node : nodes_) {
      expect_eq(node->lines(), truth());
      expect_eq(node->replica.state().clocks().size(), nodes_.size());
    }
  }

 private:
  struct Mail {
    std::size_t from;
    Outgoing out;
  };

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  static std::string name(int i) { return std::string(1, static_cast<char>('a' + i)); }
  std::size_t any() { return static_cast<std::size_t>(below(static_cast<int>(nodes_.size()))); }

  std::unique_ptr<Node> start(int i) {
    const bool ours = whom_ == Of::us || (whom_ == Of::both && below(2) == 0);
    ++runs_;
    return std::make_unique<Node>(name(i), ours ? own_vsn(1'700'000'000'000'000 + runs_) : runs_,
                                  whom_ == Of::phoenix ? 4'000 : 2);
  }
  void split() {
    for (int& side : side_) side = below(2);
  }
  void restart() {
    const std::size_t i = any();
    nodes_[i] = start(static_cast<int>(i));
  }
  void operate() {
    Node& node = *nodes_[any()];
    const process::Pid pid{0, static_cast<std::uint64_t>(1 + below(3))};
    const std::string key(1, "uvw"[below(3)]);
    below(3) == 0 ? node.untrack(key, pid) : node.track(key, pid, std::to_string(++sayings_));
  }

  /// One period; of `loss_in` messages one is lost, one duplicated and one late. 0: none.
  void tick(int loss_in) {
    Node::now += Millis{300};
    for (std::size_t i = 0; i < nodes_.size(); ++i) post(i, nodes_[i]->replica.tick(Node::now));
    std::deque<Mail> late;
    for (int turns = 0; !mail_.empty(); ++turns) {
      expect(turns < 10'000, "they stop sending");
      const Mail mail = mail_.front();
      mail_.pop_front();
      const int luck = loss_in == 0 ? -1 : below(loss_in);
      if (luck == 0) continue;
      if (luck == 1 || luck == 2) late.push_back(mail);
      if (luck != 1) deliver(mail);
    }
    mail_ = std::move(late);
  }

  void post(std::size_t from, Replica::Turn turn) {
    for (Outgoing& out : turn.send) mail_.push_back({from, std::move(out)});
    TransferAck whole;
    while (nodes_[from]->replica.lags()) {
      auto piece = nodes_[from]->replica.go_on().piece;
      if (!piece) continue;
      if (piece->piece.head) whole = *std::move(piece->piece.head);
      Parts& parts = std::get<Snapshot>(whole.transfer).parts;
      for (auto& [ref, part] : piece->piece.parts) parts[ref].values.merge(part.values);
      if (piece->piece.is_last) mail_.push_back({from, {std::exchange(whole, {}), piece->to}});
    }
  }

  void deliver(const Mail& mail) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (i == mail.from || side_[i] != side_[mail.from]) continue;
      if (mail.out.to && *mail.out.to != nodes_[i]->replica.self().name()) continue;
      post(i, nodes_[i]->replica.receive(Node::now, abroad(mail.out.message)));
    }
  }

  std::vector<std::string> truth() const {
    std::vector<std::string> lines;
    for (const auto& node : nodes_) {
      for (const auto& [key, metas] : node->list.on("t")) {
        for (const Meta& meta : metas) {
          if (!is_foreign(meta.pid)) lines.push_back(key + " " + meta.phx_ref);
        }
      }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::vector<int> side_;  // only nodes on one side reach each other
  std::mt19937_64 random_;
  const Of whom_;
  int runs_ = 0;
  int sayings_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::deque<Mail> mail_;
};

}  // namespace

PHX_TEST("all lists converge, whatever was lost, late, duplicated or cut off") {
  with_each_seed(1'000, [](std::uint64_t seed) { Cluster(seed, Of::phoenix).run(); });
}
PHX_TEST("all lists converge by pages, whatever was lost, late, duplicated or cut off") {
  with_each_seed(1'000, [](std::uint64_t seed) { Cluster(seed, Of::us).run(); });
}
PHX_TEST("lists of nodes of both kinds converge, whatever was lost, late or cut off") {
  with_each_seed(1'000, [](std::uint64_t seed) { Cluster(seed, Of::both).run(); });
}
