/// How replicas merge each other's changes: clocks, clouds, deltas, states.

#include "presence/generations.h"
#include "presence/shared_state.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

const ReplicaRef a{"a", 1}, b{"b", 1}, c{"c", 1};
const process::Pid ann{0, 1}, bob{0, 2};

/// `key: phx_refs` of all presences on the topic.
std::string listed(const State& list, const char* topic = "t") {
  std::string text;
  for (const auto& [key, metas] : list.on(topic)) {
    text += (text.empty() ? "" : "; ") + key + ":";
    for (const Meta& meta : metas) text += " " + meta.phx_ref;
  }
  return text;
}

std::string keys(const Presences& presences) {
  std::string text;
  for (const auto& [key, metas] : presences) {
    text += (text.empty() ? "" : " ") + key + "x" + std::to_string(metas.size());
  }
  return text;
}

Cloud cloud(std::initializer_list<Count> counts) {
  Cloud made;
  for (const Count count : counts) made.insert(count);
  return made;
}

/// A node: its list, and its knowledge of others. Its processes are on topic t.
struct Node {
  explicit Node(const ReplicaRef& self, std::initializer_list<ReplicaRef> others = {})
      : state(self, list) {
    for (const ReplicaRef& other : others) state.replica_up(other);
  }
  void track(const char* key, process::Pid pid, const std::string& ref) {
    state.record("t", list.track("t", key, {pid, ref, Json::object()}));
  }
  void update(const char* key, process::Pid pid, const std::string& ref) {
    state.record("t", list.update("t", key, {pid, ref, Json::object()}));
  }
  void untrack(const char* key, process::Pid pid) {
    state.record("t", list.untrack("t", key, pid));
  }

  State list;
  SharedState state;
};

}  // namespace

PHX_TEST("a cloud holds what was added, in any order, however often") {
  Cloud some = cloud({5, 1, 3, 4, 5, 9});
  expect_eq(some.ranges(), std::map<Count, Count>{{1, 1}, {3, 5}, {9, 9}});
  expect_eq(some.size(), 5u);
  some.insert(2, 7);
  expect_eq(some.ranges(), std::map<Count, Count>{{1, 7}, {9, 9}});
  expect_eq(some.size(), 8u);
  some.insert(cloud({8, 20}));
  expect_eq(some.ranges(), std::map<Count, Count>{{1, 9}, {20, 20}});
  expect(some.contains(1) && some.contains(9) && some.contains(20), "it has these");
  expect(!some.contains(10) && !some.contains(19) && !some.contains(21), "and no others");
}

PHX_TEST("a snapshot's slices together cover exactly the snapshot") {
  const auto value = [](const char* ref) {
    return std::make_shared<const Value>(Value{"t", "u", {{}, ref, Json::object()}});
  };
  // Of a's first 8 operations and its 12th, four added present users; b's have all left.
  Snapshot whole{c, {{a, 8}, {b, 3}}, {}, {}};
  whole.parts[a] = {cloud({12}),
                    {{2, value("2")}, {3, value("3")}, {8, value("8")}, {12, value("12")}}};
  const std::vector<Snapshot> slices = sliced(whole, 2);
  expect_eq(slices.size(), 3u);
  expect(slices[0].after.at(a) == 0 && slices[0].context.at(a) == 3, "up to its last");
  expect(slices[1].after.at(a) == 3 && slices[1].context.at(a) == 8, "the rest");
  expect(slices[1].parts.at(a).cloud == cloud({12}), "and the operations beyond");
  expect_eq(slices[2].context.at(b), 3u);
  expect_eq(sliced(whole, 4).size(), 1u);

  Node one(c, {a, b}), other(c, {a, b});
  one.state.merge(whole);
  for (const Snapshot& slice : slices) other.state.merge(slice);
  expect_eq(listed(one.list), std::string("u: 2 3 8 12"));
  expect_eq(listed(other.list), listed(one.list));
  expect(one.state.clocks() == other.state.clocks(), "they know the same");
}

PHX_TEST("a cloud without a gap to the clock becomes the clock") {
  Cloud some = cloud({2, 4, 5, 6, 8});
  expect_eq(some.compact(0), 0u);
  expect_eq(some.compact(3), 6u);
  expect_eq(some.size(), 1u);
  expect_eq(some.compact(8), 8u);
  expect(some.empty(), "nothing is beyond it");
}

PHX_TEST("clocks dominate others that they equal or exceed in every replica") {
  expect(dominates({{a, 2}, {b, 1}}, {{a, 2}}), "it knows more replicas");
  expect(!dominates({{a, 3}}, {{a, 2}, {b, 0}}), "it knows fewer");
  expect(!dominates({{a, 3}, {b, 1}}, {{a, 2}, {b, 2}}), "one is newer");
  expect(dominates_or_equal({{a, 3}}, {{a, 2}, {b, 2}}), "only its own replicas count");
  expect(dominates_or_equal({}, {}) && !dominates_or_equal({}, {{a, 0}}),
         "empty clocks do not dominate");
}

PHX_TEST("of a set of clocks those remain that no other dominates") {
  std::vector<ReplicaClocks> set;
  append(set, {a, {}});
  expect(set.empty(), "empty clocks are dropped");
  append(set, {a, {{a, 1}, {b, 1}}});
  append(set, {b, {{a, 0}, {b, 1}}});
  expect_eq(set.size(), 1u);
  append(set, {c, {{a, 0}, {b, 2}}});
  expect_eq(set.size(), 2u);
  append(set, {b, {{a, 1}, {b, 2}}});
  expect(set.size() == 1 && set[0].replica == b, "b covers both");
}

PHX_TEST("a delta has each operation, and the presences that have not left") {
  Node state(a);
  state.track("u", ann, "1");
  state.track("v", bob, "2");
  Delta delta = state.state.take_delta();
  expect(delta.parts[a].cloud == cloud({1, 2}), "both operations");
  expect_eq(delta.parts[a].values.size(), 2u);
  expect(delta.start == Clocks{{a, 0}} && delta.end == Clocks{{a, 2}}, "its range");
  state.update("u", ann, "3");
  state.untrack("v", bob);
  state.track("w", bob, "4");
  state.untrack("w", bob);
  delta = state.state.take_delta();
  expect(delta.parts[a].cloud == cloud({1, 2, 3, 4, 5, 6, 7}), "all of them");
  expect(delta.parts[a].values.size() == 1 && delta.parts[a].values.contains(4), "the update");
  expect(delta.start == Clocks{{a, 2}} && delta.end == Clocks{{a, 7}}, "it follows on the first");
  expect(state.state.take_delta().empty(), "nothing has happened since");
}

PHX_TEST("another replica's tracks, updates and untracks are joins and leaves here") {
  Node one(a);
  Node two(b, {a});
  one.track("u", ann, "1");
  Diffs diffs = two.state.merge(one.state.take_delta());
  expect_eq(keys(diffs["t"].joins), std::string("ux1"));
  one.update("u", ann, "2");
  diffs = two.state.merge(one.state.take_delta());
  expect(keys(diffs["t"].joins) == "ux1" && keys(diffs["t"].leaves) == "ux1", "both at once");
  expect_eq(listed(two.list), std::string("u: 2"));
  one.untrack("u", ann);
  diffs = two.state.merge(one.state.take_delta());
  expect(diffs["t"].joins.empty() && keys(diffs["t"].leaves) == "ux1", "it leaves");
  expect_eq(listed(two.list), std::string(""));
  expect(two.state.delta().parts.at(a).cloud == cloud({1, 3}), "its delta has the leave");
}

PHX_TEST("late, repeated or missing deltas bring no presence back") {
  Node one(a);
  Node two(b, {a});
  one.track("u", ann, "1");
  const Delta first = one.state.take_delta();
  one.untrack("u", ann);
  const Delta second = one.state.take_delta();
  expect(two.state.merge(second).empty(), "it never had the presence");
  expect(two.state.merge(first).empty(), "nor has it now");
  expect(two.state.clocks() == Clocks{{a, 2}, {b, 0}}, "up to the second");
  one.track("v", ann, "2");
  one.state.take_delta();  // lost
  one.track("w", ann, "3");
  const Delta fourth = one.state.take_delta();
  two.state.merge(fourth);
  expect(two.state.clocks() == Clocks{{a, 2}, {b, 0}}, "up to the second");
  expect_eq(listed(two.list), std::string("w: 3"));
  expect(two.state.merge(fourth).empty(), "once is enough");
  one.untrack("w", ann);
  two.state.merge(one.state.take_delta());
  expect(two.state.merge(fourth).empty(), "it has left, although the clock has a gap before it");
  expect_eq(keys(two.state.merge(one.state.extract(two.state.clocks()))["t"].joins),
            std::string("vx1"));
  expect(two.state.clocks() == Clocks{{a, 5}, {b, 0}}, "all is known");
}

PHX_TEST("a presence whose operation is missing in its delta joins once") {
  Node two(b, {a});
  Delta odd{a};
  odd.parts[a].values[1] =
      std::make_shared<const Value>(Value{"t", "u", {{}, "1", Json::object()}});
  expect_eq(two.state.merge(odd).size(), 1u);
  expect_eq(two.state.merge(odd).size(), 0u);
  expect_eq(listed(two.list), std::string("u: 1"));
}

PHX_TEST("changes of an unannounced replica, or of this one, are ignored") {
  Node one(a), stranger(c);
  Node two(b, {a});
  stranger.track("u", ann, "1");
  expect(two.state.merge(stranger.state.take_delta()).empty(), "it is unknown");
  two.track("v", ann, "2");
  Delta lie{a};
  lie.parts[b].cloud.insert(1, 100);
  lie.context[b] = 100;
  expect(two.state.merge(lie).empty(), "v stays");
  expect_eq(two.state.clocks().at(b), 1u);
}

PHX_TEST("a replica that is down is kept and not shown, and its later changes come afterwards") {
  Node one(a);
  Node two(b, {a});
  one.track("u", ann, "1");
  one.track("v", ann, "2");
  two.state.merge(one.state.take_delta());
  expect(!two.state.lags(), "the list is as it should be");
  two.state.replica_down(a);
  expect(two.state.lags(), "there is something to take off the list");
  expect_eq(keys(two.state.go_on(9)["t"].leaves), std::string("ux1 vx1"));
  expect(!two.state.lags(), "all is off the list");
  expect_eq(listed(two.list), std::string(""));
  expect(two.state.clocks() == Clocks{{b, 0}}, "nor is its clock sent");
  one.untrack("u", ann);
  one.track("w", ann, "3");
  expect(two.state.merge(one.state.take_delta()).empty(), "clients see nothing of it");
  two.state.replica_up(a);
  expect_eq(keys(two.state.go_on(9)["t"].joins), std::string("vx1 wx1"));
  two.state.forget(a);
  expect_eq(keys(two.state.go_on(9)["t"].leaves), std::string("vx1 wx1"));
  expect(two.state.merge(one.state.extract({{a, 0}})).empty(), "it is unknown again");
}

PHX_TEST("presences come and go in slices, even if the replica's state changes in between") {
  Node one(a);
  Node two(b, {a});
  for (int i = 1; i <= 5; ++i) one.track(std::to_string(i).c_str(), ann, std::to_string(i));
  two.state.merge(one.state.take_delta());
  two.state.replica_down(a);
  expect_eq(keys(two.state.go_on(2)["t"].leaves), std::string("1x1 2x1"));
  one.untrack("1", ann);
  one.untrack("5", ann);
  one.track("6", ann, "6");
  const Diffs seen = two.state.merge(one.state.take_delta());
  expect(seen.at("t").joins.empty() && keys(seen.at("t").leaves) == "5x1", "5 was still listed");
  two.state.replica_up(a);
  expect_eq(keys(two.state.go_on(1)["t"].joins), std::string("2x1"));
  expect_eq(keys(two.state.go_on(9)["t"].joins), std::string("6x1"));
  expect(!two.state.lags(), "all is done");
  expect_eq(listed(two.list), std::string("2: 2; 3: 3; 4: 4; 6: 6"));
}

PHX_TEST("a replica that is gone for good and returns at once has each presence once") {
  Node one(a);
  Node two(b, {a});
  for (int i = 1; i <= 4; ++i) one.track(std::to_string(i).c_str(), ann, std::to_string(i));
  two.state.merge(one.state.take_delta());
  two.state.forget(a);
  expect_eq(keys(two.state.go_on(1)["t"].leaves), std::string("1x1"));
  expect_eq(two.state.clocks().size(), 1u);
  two.state.replica_up(a);
  const Diffs seen = two.state.merge(one.state.extract({{a, 0}}));
  expect(keys(seen.at("t").joins) == "1x1" && seen.at("t").leaves.empty(), "the others are here");
  expect(!two.state.lags() && two.state.clocks().at(a) == 4, "all is known");
  expect_eq(listed(two.list), std::string("1: 1; 2: 2; 3: 3; 4: 4"));
}

PHX_TEST("a slice after a gap adds only its presences, and no other operations") {
  Node two(b);
  const auto value = [](const char* ref) {
    return std::make_shared<const Value>(Value{"t", ref, {{}, ref, Json::object()}});
  };
  constexpr Count far = Count{1} << 60;  // an untrusted node may send this
  Snapshot whole{c, {{a, far}}, {}};
  whole.parts[a].values = {{1, value("1")}, {2, value("2")}, {3, value("3")}};
  const std::vector<Snapshot> slices = sliced(whole, 1);
  two.state.merge(slices[0]);  // a is not known yet
  two.state.replica_up(a);
  two.state.merge(slices[1]);
  two.state.merge(slices[2]);
  expect_eq(listed(two.list), std::string("2: 2; 3: 3"));
  expect(two.state.extract({{a, 0}}).parts.at(a).cloud == cloud({2, 3}), "what others are sent");
  for (const Snapshot& slice : slices) two.state.merge(slice);
  expect_eq(two.state.clocks().at(a), far);
}

PHX_TEST("consecutive deltas are joined, others are not") {
  Node one(a);
  one.track("u", ann, "1");
  const Delta first = one.state.take_delta();
  one.track("v", ann, "2");
  const Delta second = one.state.take_delta();
  one.untrack("u", ann);
  const Delta third = one.state.take_delta();
  Delta gap = first;
  expect(!gap.merge(third) && gap.end == Clocks{{a, 1}}, "the second is missing");
  Delta all = third;
  expect(all.merge(second) && all.merge(first), "in either order");
  expect(all.start == Clocks{{a, 0}} && all.end == Clocks{{a, 3}}, "from the first to the last");
  expect(all.parts[a].values.size() == 1 && all.parts[a].values.contains(2), "u has left");
}

PHX_TEST("a short gap is filled from a generation, a long one with everything") {
  Node one(a);
  Generations generations({4, 40});
  std::vector<Clocks> then;
  for (int i = 0; i < 30; ++i) {
    then.push_back(one.state.clocks());
    one.track(std::to_string(i).c_str(), ann, std::to_string(i));
    generations.push(one.state, one.state.take_delta());
  }
  const auto presences_after = [&](std::size_t operations) {
    const auto delta = generations.find(then[operations]);
    return delta ? delta->parts.at(a).values.size() : 0;
  };
  expect_eq(presences_after(29), 2u);  // the shortest: four operations and presences at most
  const std::size_t longer = presences_after(25);
  expect(longer >= 5 && longer <= 20, "the longer one has what is missing, and a few more");
  expect_eq(presences_after(5), 0u);  // everything
  generations.clear();
  expect_eq(presences_after(29), 0u);
}
