/// What a merge promises: by hand, by chance, and beside the house's own.

#include "chapters/18-more-than-one-machine/exercise/merge.h"

#include <random>

#include "presence/shared_state.h"
#include "testing/case.h"
#include "testing/seeds.h"

using namespace phx;
using namespace phx::testing;
using exercise::compact;
using exercise::knows;
using exercise::merge;
using exercise::Merged;
using exercise::Presences;
using exercise::State;
using exercise::Tag;

namespace {

const Tag a1{"a", 1}, a2{"a", 2}, a3{"a", 3}, a4{"a", 4}, a5{"a", 5}, b1{"b", 1}, b2{"b", 2};

std::string text(const Presences& presences) {
  std::string all;
  for (const auto& [tag, presence] : presences) {
    all += fmt::format("{}{}{}: {}", all.empty() ? "" : ", ", tag.node, tag.count, presence);
  }
  return all;
}

/// `a up to 2, and b1; a1: ann`.
std::string text(const State& state) {
  std::string all;
  for (const auto& [node, clock] : state.clocks) all += fmt::format("{} up to {}, ", node, clock);
  for (const Tag& tag : state.cloud) all += fmt::format("and {}{}, ", tag.node, tag.count);
  return all + "here: " + text(state.presences);
}

std::string text(const Merged& merged) {
  return "+ " + text(merged.joins) + " - " + text(merged.leaves);
}

}  // namespace

PHX_TEST("the operations up to the clock are known, and those in the cloud, and no others") {
  const State state{{{"a", 2}}, {a4, b2}, {}};
  std::string known;
  for (const Tag& tag : {Tag{"a", 0}, a1, a2, a3, a4, a5, b1, b2, Tag{"c", 1}}) {
    known += knows(state, tag) ? '1' : '0';
  }
  expect_eq(known, std::string("111010010"));
}

PHX_TEST("a clock moves up over what follows it in the cloud without a gap") {
  expect_eq(text(compact({{{"a", 1}}, {a2, a3}, {}})), std::string("a up to 3, here: "));
  expect_eq(text(compact({{}, {a1, a2}, {}})), std::string("a up to 2, here: "));
  expect_eq(text(compact({{{"a", 2}, {"b", 1}}, {a3, b2}, {}})),
            std::string("a up to 3, b up to 2, here: "));
}

PHX_TEST("the cloud keeps what lies beyond a gap, and nothing that a clock covers") {
  expect_eq(text(compact({{{"a", 1}}, {a3, a4}, {}})),
            std::string("a up to 1, and a3, and a4, here: "));
  expect_eq(text(compact({{{"a", 1}}, {a2, a4, a5}, {}})),
            std::string("a up to 2, and a4, and a5, here: "));
  expect_eq(text(compact({{{"a", 3}}, {a1, a3}, {}})), std::string("a up to 3, here: "));
}

PHX_TEST("a clock of 0 is not written down, and no presence comes or goes by being compact") {
  expect_eq(text(compact({{{"a", 0}, {"b", 1}}, {a3}, {{a3, "ann"}, {b1, "bob"}}})),
            std::string("b up to 1, and a3, here: a3: ann, b1: bob"));
  expect_eq(text(compact({{}, {a2, b1}, {}})), std::string("b up to 1, and a2, here: "));
  const State unnamed{{{"a", 1}}, {}, {{a3, "ann"}, {b1, "bob"}}};
  expect_eq(text(compact(unnamed)), std::string("a up to 1, here: a3: ann, b1: bob"));
}

PHX_TEST("a presence of theirs joins where we did not know its operation") {
  const Merged merged = merge({}, {{{"a", 2}}, {}, {{a1, "ann"}, {a2, "ada"}}});
  expect_eq(text(merged), std::string("+ a1: ann, a2: ada - "));
  expect_eq(text(merged.state), std::string("a up to 2, here: a1: ann, a2: ada"));
}

PHX_TEST("a presence of ours stays where they do not know its operation") {
  const State ours{{{"a", 2}, {"b", 1}}, {}, {{a1, "ann"}, {a2, "ada"}, {b1, "bob"}}};
  const Merged merged = merge(ours, {{}, {a1}, {{a1, "ann"}}});
  expect_eq(text(merged), std::string("+  - "));
  expect_eq(text(merged.state.presences), text(ours.presences));
}

PHX_TEST("one that has left here does not come back, though they still have it") {
  const State late{{{"a", 2}}, {}, {{a1, "ann"}, {a2, "ada"}}};
  const Merged by_clock = merge({{{"a", 3}}, {}, {{a2, "ada"}}}, late);
  expect_eq(text(by_clock), std::string("+  - "));
  expect_eq(text(by_clock.state.presences), std::string("a2: ada"));
  expect_eq(text(merge({{{"a", 1}}, {}, {}}, late)), std::string("+ a2: ada - "));
  expect_eq(text(merge({{}, {a1, a3}, {}}, {{}, {a1}, {{a1, "ann"}}})), std::string("+  - "));
}

PHX_TEST("a presence of ours leaves where they know its operation and no longer have it") {
  const State ours{{{"a", 2}}, {}, {{a1, "ann"}, {a2, "ada"}}};
  const Merged by_clock = merge(ours, {{{"a", 3}}, {}, {{a2, "ada"}}});
  expect_eq(text(by_clock), std::string("+  - a1: ann"));
  expect_eq(text(by_clock.state.presences), std::string("a2: ada"));
  const Merged by_delta = merge(ours, {{}, {a2, a3}, {}});
  expect_eq(text(by_delta), std::string("+  - a2: ada"));
  expect_eq(text(by_delta.state.presences), std::string("a1: ann"));
}

PHX_TEST("what both have stays as we have it, and is no news") {
  const Merged merged = merge({{{"a", 1}}, {}, {{a1, "ann"}}}, {{{"a", 1}}, {}, {{a1, "anne"}}});
  expect_eq(text(merged), std::string("+  - "));
  expect_eq(text(merged.state.presences), std::string("a1: ann"));
}

PHX_TEST("an update is a leave and a join at once") {
  const State ours{{{"a", 1}}, {}, {{a1, "ann"}}};
  const Merged merged = merge(ours, {{}, {a1, a2, a3}, {{a3, "ann, away"}}});
  expect_eq(text(merged), std::string("+ a3: ann, away - a1: ann"));
  expect_eq(text(merged.state.presences), std::string("a3: ann, away"));
}

PHX_TEST("a presence of ours leaves even where we forgot to name its operation") {
  const State odd{{}, {}, {{a1, "ann"}, {a2, "ada"}}};
  const Merged merged = merge(odd, {{{"a", 1}}, {}, {}});
  expect_eq(text(merged), std::string("+  - a1: ann"));
  expect_eq(text(merged.state.presences), std::string("a2: ada"));
}

PHX_TEST("two presences of the same words are two: each comes and goes by its own operation") {
  const State two{{{"a", 2}}, {}, {{a1, "ann"}, {a2, "ann"}}};
  expect_eq(text(merge({{{"a", 1}}, {}, {{a1, "ann"}}}, two)), std::string("+ a2: ann - "));
  const Merged one = merge(two, {{}, {a1, a3}, {}});
  expect_eq(text(one), std::string("+  - a1: ann"));
  expect_eq(text(one.state.presences), std::string("a2: ann"));
}

PHX_TEST("of two clocks the greater counts") {
  const State ours{{{"a", 3}, {"b", 1}}, {}, {}}, theirs{{{"a", 2}, {"b", 2}, {"c", 4}}, {}, {}};
  expect_eq(text(merge(ours, theirs).state),
            std::string("a up to 3, b up to 2, c up to 4, here: "));
}

PHX_TEST("the clouds are united") {
  expect_eq(text(merge({{}, {a2, b2}, {}}, {{}, {a4, b2}, {}}).state),
            std::string("and a2, and a4, and b2, here: "));
}

PHX_TEST("a presence joins once, even where they forgot to name its operation") {
  const State odd{{}, {}, {{a2, "ada"}}};
  const Merged once = merge({}, odd);
  expect_eq(text(once), std::string("+ a2: ada - "));
  expect_eq(text(once.state), std::string("and a2, here: a2: ada"));
  const Merged gone = merge(once.state, {{}, {a2, a3}, {}});
  expect_eq(text(gone), std::string("+  - a2: ada"));
  expect_eq(text(merge(gone.state, odd)), std::string("+  - "));
}

PHX_TEST("what is returned is compact, even where nothing has changed") {
  expect_eq(text(merge({{{"a", 1}}, {}, {}}, {{}, {a2, a4}, {}}).state),
            std::string("a up to 2, and a4, here: "));
  expect_eq(text(merge({{{"a", 0}}, {a1, a3}, {}}, {}).state),
            std::string("a up to 1, and a3, here: "));
}

// --- By chance -----------------------------------------------------------------------------------

namespace {

/// A message between nodes, in the house's words.
using Sent = presence::Transfer;

/// The same in yours.
State told(const presence::Parts& parts, const presence::Clocks& context) {
  const auto name = [](const presence::ReplicaRef& ref) { return *ref.name().get<std::string>(); };
  State state;
  for (const auto& [ref, clock] : context) state.clocks.emplace(name(ref), clock);
  for (const auto& [ref, part] : parts) {
    for (const auto& [first, last] : part.cloud.ranges()) {
      for (auto count = first; count <= last; ++count) state.cloud.insert({name(ref), count});
    }
    for (const auto& [count, value] : part.values) {
      state.presences.emplace(Tag{name(ref), count}, value->key + " " + value->meta.phx_ref);
    }
  }
  return state;
}
State told(const Sent& sent) {
  return std::visit([](const auto& one) { return told(one.parts, one.context); }, sent);
}

/// One node twice: as the house merges, and as you do. Both hear the same.
class Node {
 public:
  Node(std::size_t number, std::size_t nodes) : shared_(ref(number), list_) {
    for (std::size_t i = 0; i < nodes; ++i) {
      if (i != number) shared_.replica_up(ref(i));
    }
  }

  /// Somebody comes under this key, or, if somebody is here, goes. Returns what to tell the others.
  Sent toggle(const std::string& key, const std::string& phx_ref) {
    const process::Pid pid{0, 1};
    presence::Diff diff = list_.untrack("t", key, pid);
    if (diff.empty()) diff = list_.track("t", key, {pid, phx_ref, Json::object()});
    shared_.record("t", diff);
    Sent sent = shared_.take_delta();
    mine_ = checked(mine_, told(sent)).state;
    return sent;
  }

  void hear(const Sent& sent) {
    std::visit([this](auto one) { shared_.merge(abroad(std::move(one))); }, sent);
    mine_ = checked(mine_, told(sent)).state;
  }

  Sent all() const { return shared_.extract(shared_.clocks()); }
  const State& mine() const { return mine_; }

  std::string houses_list() const {
    std::set<std::string> lines;
    for (const auto& [key, metas] : list_.on("t")) {
      for (const presence::Meta& meta : metas) lines.insert(key + " " + meta.phx_ref);
    }
    return fmt::format("{}", fmt::join(lines, ", "));
  }
  std::string your_list() const {
    std::set<std::string> lines;
    for (const auto& [tag, presence] : mine_.presences) lines.insert(presence);
    return fmt::format("{}", fmt::join(lines, ", "));
  }

 private:
  static presence::ReplicaRef ref(std::size_t number) {
    return {std::string(1, static_cast<char>('a' + number)), 1};
  }

  /// As another node sees it, to which the processes mean nothing.
  template <class T>
  static T abroad(T sent) {
    for (auto& [ref, part] : sent.parts) {
      for (auto& [count, value] : part.values) {
        presence::Value copy = *value;
        copy.meta.pid = {};
        value = std::make_shared<const presence::Value>(std::move(copy));
      }
    }
    return sent;
  }

  /// Joins and leaves are exactly that by which the two lists differ.
  static Merged checked(const State& ours, const State& theirs) {
    Merged merged = merge(ours, theirs);
    Presences after = ours.presences;
    for (const auto& [tag, presence] : merged.leaves) {
      expect(after.erase(tag) == 1, "a presence that leaves was listed: " + presence);
    }
    for (const auto& [tag, presence] : merged.joins) {
      expect(after.emplace(tag, presence).second,
             "a presence that joins was not listed: " + presence);
    }
    expect_eq(text(after), text(merged.state.presences));
    return merged;
  }

  presence::State list_;
  presence::SharedState shared_;
  State mine_;
};

/// Some nodes, and a network that loses, duplicates and reorders their messages.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    const std::size_t count = 2 + below(3);
    for (std::size_t i = 0; i < count; ++i) nodes_.push_back(std::make_unique<Node>(i, count));
  }

  void run(const std::function<void(const Node&)>& look = [](const Node&) {}) {
    for (std::size_t steps = 20 + below(60); steps > 0; --steps) {
      Node& node = any();
      step(node);
      look(node);
    }
  }
  /// Each node tells each other one all that it knows, until all have heard of all.
  void heal() {
    for (int twice = 0; twice < 2; ++twice) {
      for (const auto& from : nodes_) {
        for (const auto& to : nodes_) {
          if (from != to) to->hear(from->all());
        }
      }
    }
  }

  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  std::size_t below(std::size_t n) { return random_() % n; }
  Node& any() { return *nodes_[below(nodes_.size())]; }

 private:
  void step(Node& node) {
    switch (below(6)) {
      case 0: return network_.push_back(any().all());
      case 1:
      case 2: {
        const std::string key(1, "uvw"[below(3)]);
        return network_.push_back(node.toggle(key, std::to_string(++sayings_)));
      }
      default: return deliver(node);
    }
  }

  /// Any message, for the last time or not; sometimes to nobody.
  void deliver(Node& node) {
    if (network_.empty()) return;
    const auto at = network_.begin() + static_cast<std::ptrdiff_t>(below(network_.size()));
    if (below(5) != 0) node.hear(*at);
    if (below(2) == 0) network_.erase(at);
  }

  std::mt19937_64 random_;
  int sayings_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Sent> network_;
};

}  // namespace

PHX_TEST("in either order, in any grouping, and twice, the same comes out") {
  with_each_seed(300, [](std::uint64_t seed) {
    History history(seed);
    history.run();
    const State &a = history.any().mine(), &b = history.any().mine(), &c = history.any().mine();
    const auto both = [](const State& x, const State& y) { return merge(x, y).state; };
    expect_eq(text(both(a, b)), text(both(b, a)));
    expect_eq(text(both(both(a, b), c)), text(both(a, both(b, c))));
    expect_eq(text(both(both(a, b), b)), text(both(a, b)));
    expect_eq(text(merge(both(a, b), b)), std::string("+  - "));
  });
}

PHX_TEST("after each message your list is the house's, whatever was lost, doubled or mixed up") {
  with_each_seed(1'000, [](std::uint64_t seed) {
    History(seed).run([](const Node& node) { expect_eq(node.your_list(), node.houses_list()); });
  });
}

PHX_TEST("when all have heard of all, all lists are one, and so is what is known") {
  with_each_seed(300, [](std::uint64_t seed) {
    History history(seed);
    history.run();
    history.heal();
    for (const auto& node : history.nodes()) {
      expect_eq(text(node->mine()), text(history.nodes().front()->mine()));
      expect(node->mine().cloud.empty(), "no operation is missing");
    }
  });
}
