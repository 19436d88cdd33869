/// Replicas converge, whatever happens to their messages: some thousand random histories.

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "presence/generations.h"
#include "presence/shared_state.h"
#include "testing/case.h"
#include "testing/seeds.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

/// The list of one node's clients, who are sent only changes.
class Mirror {
 public:
  void hear(const Diffs& diffs) {
    for (const auto& [topic, diff] : diffs) {
      for (const auto& [key, metas] : diff.leaves) {
        for (const Meta& meta : metas) {
          expect(shown_.erase(line(topic, key, meta)) == 1, "a leave is of a present one");
        }
      }
      for (const auto& [key, metas] : diff.joins) {
        for (const Meta& meta : metas) {
          expect(shown_.insert(line(topic, key, meta)).second, "a join is of an absent one");
        }
      }
    }
  }
  void hear(const std::string& topic, const Diff& diff) { hear(Diffs{{topic, diff}}); }
  std::vector<std::string> lines() const { return {shown_.begin(), shown_.end()}; }

  static std::string line(const std::string& topic, const std::string& key, const Meta& meta) {
    return topic + " " + key + " " + meta.phx_ref;
  }

 private:
  std::set<std::string> shown_;
};

/// One run of one node: its state, and its clients' list.
struct Node {
  Node(std::string name, int run) : state(ReplicaRef(std::move(name), run), shown) {}

  void change(const std::string& topic, const Diff& diff) {
    state.record(topic, diff);
    mirror.hear(topic, diff);
  }
  void end(process::Pid pid) {
    for (const auto& [topic, diff] : shown.forget(pid)) change(topic, diff);
  }

  std::vector<std::string> list() const {
    std::vector<std::string> lines;
    for (const std::string topic : {"t", "s"}) {
      for (const auto& [key, metas] : shown.on(topic)) {
        for (const Meta& meta : metas) lines.push_back(Mirror::line(topic, key, meta));
      }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  /// What a node with these clocks lacks.
  Transfer answer(const Clocks& clocks) const {
    if (auto delta = generations.find(clocks)) return *std::move(delta);
    return state.extract(clocks);
  }

  State shown;
  SharedState state;
  Generations generations{{6, 20}};
  Mirror mirror;
};

struct Sent {
  ReplicaRef from;
  Transfer what;
};

/// As another node sees it, without the processes.
template <class T>
T abroad(T sent) {
  for (auto& [ref, part] : sent.parts) {
    for (auto& [count, value] : part.values) {
      Value copy = *value;
      copy.meta.pid = {};
      value = std::make_shared<const Value>(std::move(copy));
    }
  }
  return sent;
}

/// Some nodes, and a network that loses, duplicates and reorders their messages.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    const int nodes = 2 + below(3);
    for (int i = 0; i < nodes; ++i) start();
  }

  void run() {
    for (int steps = 20 + below(60); steps > 0; --steps) step();
    heal();
    const std::vector<std::string> truth = own_presences();
    for (const auto& node : nodes_) {
      while (node->state.lags()) node->mirror.hear(node->state.go_on(3));
      expect_eq(node->list(), truth);
      expect_eq(node->mirror.lines(), truth);
    }
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  void start() {
    const int number = static_cast<int>(nodes_.size());
    nodes_.push_back(std::make_unique<Node>(fmt::format("n{}", number), ++runs_));
  }

  void step() {
    Node& node = *nodes_[static_cast<std::size_t>(below(static_cast<int>(nodes_.size())))];
    const int what = below(20);
    if (what < 8) return operate(node);
    if (what < 12) return send_delta(node);
    if (what < 17) return deliver(node);
    if (what == 17) return suspect(node);
    if (what == 18) return ask(node);
    if (one_in(3)) restart(node);
  }

  void operate(Node& node) {
    const process::Pid pid{0, static_cast<std::uint64_t>(1 + below(3))};
    const std::string topic = one_in(3) ? "s" : "t", key = one_in(2) ? "u" : "v";
    const Meta saying{pid, std::to_string(++sayings_), Json::object()};
    switch (below(8)) {
      case 0: node.change(topic, node.shown.untrack(topic, key, pid)); break;
      case 1: node.change(topic, node.shown.update(topic, key, saying)); break;
      case 2: node.end(pid); break;
      default: node.change(topic, node.shown.track(topic, key, saying)); break;
    }
  }

  void send_delta(Node& node) {
    const Delta delta = node.state.take_delta();
    node.generations.push(node.state, delta);
    if (!one_in(4)) network_.push_back({node.state.self(), delta});
  }

  void ask(Node& node) {
    const Node& asked = *nodes_[static_cast<std::size_t>(below(static_cast<int>(nodes_.size())))];
    if (&asked == &node) return;
    Transfer transfer = asked.answer(node.state.clocks());
    auto* snapshot = std::get_if<Snapshot>(&transfer);
    if (snapshot == nullptr || one_in(2)) {
      return network_.push_back({asked.state.self(), std::move(transfer)});
    }
    const auto size = 1 + static_cast<std::size_t>(below(3));
    for (Snapshot& slice : sliced(std::move(*snapshot), size)) {  // each may be lost alone
      network_.push_back({asked.state.self(), std::move(slice)});
    }
  }

  /// Delivers any message, perhaps not for the last time.
  void deliver(Node& node) {
    if (network_.empty()) return;
    const auto at = network_.begin() + below(static_cast<int>(network_.size()));
    const Sent sent = *at;
    if (one_in(2)) network_.erase(at);
    if (sent.from != node.state.self()) hear(node, sent);
  }

  /// A delta is a heartbeat too; an answer to a request is not.
  void hear(Node& node, const Sent& sent) {
    if (std::holds_alternative<Delta>(sent.what)) announce(node, sent.from);
    std::visit([&](const auto& what) { node.mirror.hear(node.state.merge(abroad(what))); },
               sent.what);
    if (const Delta* delta = std::get_if<Delta>(&sent.what)) {
      node.generations.push(node.state, abroad(*delta));
    } else {
      node.generations.clear();
    }
  }

  void announce(Node& node, const ReplicaRef& ref) {
    if (!node.state.clocks().contains(ref)) node.state.replica_up(ref);
    catch_up(node);
  }

  /// Perhaps only a part: the next message then finds a list that lags.
  void catch_up(Node& node) {
    node.mirror.hear(node.state.go_on(one_in(2) ? 1'000 : static_cast<std::size_t>(below(3))));
  }

  /// `node` considers another replica down, or gone.
  void suspect(Node& node) {
    const ReplicaRef ref(fmt::format("n{}", below(static_cast<int>(nodes_.size()))),
                         1 + below(runs_));
    if (ref != node.state.self()) lose(node, ref, one_in(2));
  }

  void lose(Node& node, const ReplicaRef& ref, bool for_good) {
    if (!for_good) {
      if (node.state.clocks().contains(ref)) node.state.replica_down(ref);
      return catch_up(node);
    }
    if (node.state.known().contains(ref)) node.state.forget(ref);
    node.generations.forget(ref);
    catch_up(node);
  }

  void restart(Node& node) {
    const std::string name = *node.state.self().name().get<std::string>();
    for (auto& one : nodes_) {
      if (one.get() == &node) one = std::make_unique<Node>(name, ++runs_);
    }
  }

  /// Delivers all messages under way; then none is lost any more, and ended runs are gone.
  void heal() {
    std::shuffle(network_.begin(), network_.end(), random_);
    for (const Sent& sent : network_) {
      for (auto& node : nodes_) {
        if (sent.from != node->state.self()) hear(*node, sent);
      }
    }
    for (auto& node : nodes_) {
      const Snapshot known = node->state.extract({});
      for (const auto& [ref, is_up] : known.is_up) {
        if (!is_living(ref)) lose(*node, ref, true);
      }
      for (auto& other : nodes_) announce(*node, other->state.self());
    }
    for (int rounds = 0; !agree(); ++rounds) {
      expect(rounds < 20, "they agree after some requests");
      for (auto& node : nodes_) request(*node);
    }
  }

  bool is_living(const ReplicaRef& ref) const {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const auto& node) { return node->state.self() == ref; });
  }

  bool agree() const {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
      return node->state.clocks() == nodes_.front()->state.clocks();
    });
  }

  void request(Node& node) {
    std::vector<ReplicaClocks> heard;
    for (const auto& other : nodes_) append(heard, {other->state.self(), other->state.clocks()});
    append(heard, {node.state.self(), node.state.clocks()});
    for (const auto& [ref, clocks] : heard) {
      for (const auto& other : nodes_) {
        if (other->state.self() != ref || other.get() == &node) continue;
        hear(node, {ref, other->answer(node.state.clocks())});
      }
    }
  }

  /// Each node's list of only its own processes.
  std::vector<std::string> own_presences() const {
    std::vector<std::string> lines;
    for (const auto& node : nodes_) {
      const ReplicaRef& self = node->state.self();
      const Snapshot own = node->state.extract({{self, 0}});
      for (const auto& [count, value] : own.parts.at(self).values) {
        lines.push_back(Mirror::line(value->topic, value->key, value->meta));
      }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::mt19937_64 random_;
  int runs_ = 0;
  int sayings_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Sent> network_;
};

}  // namespace

PHX_TEST("all lists converge, whatever was lost, duplicated, reordered or restarted") {
  with_each_seed(5'000, [](std::uint64_t seed) { History(seed).run(); });
}
