/// Phoenix nodes' messages survive a round trip; anything else is refused.

#include "presence/wire.h"

#include "etf/reader.h"
#include "testing/case.h"
#include "testing/recording.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;
using etf::Term;

namespace {

const PidSpace pids{{"here@phx"}, 7};
const ReplicaRef here{"here", 1};

Term atom(const char* name) { return Term::atom(name); }
Term read(const TrackerMessage& message) { return etf::decode_whole(encode(message, pids)); }

const Term ref = Term::tuple({"x", 1});
const Term tag = Term::tuple({ref, 1});
const Term tags = Term::map({{tag, Term::list()}});

/// A delta of x with one presence, key u. The given pairs replace those of the same name.
Term delta(std::vector<etf::Map::Pair> others = {}) {
  std::vector<etf::Map::Pair> pairs = {
      {atom("__struct__"), atom("Elixir.Phoenix.Tracker.State")},
      {atom("mode"), atom("delta")},
      {atom("context"), Term::map()},
      {atom("clouds"), Term::map({{ref, Term::map({{atom("map"), tags}})}})},
      {atom("range"), Term::tuple({Term::map({{ref, 0}}), Term::map({{ref, 1}})})},
      {atom("values"), Term::map({{tag, Term::tuple({"p", "t", "u", Term::map()})}})}};
  for (auto& pair : others) pairs.push_back(std::move(pair));
  return Term::map(std::move(pairs));
}
Term beat(Term delta) {
  return Term::tuple({atom("pub"), atom("heartbeat"), ref, std::move(delta),
                      Term::tuple({ref, Term::map({{ref, 1}})})});
}
const Delta& delta_in(const Decoded& one) { return *std::get<Heartbeat>(one.message).delta; }

/// A delta with this value.
Term with_value(Term pid, Term topic, Term key, Term meta) {
  const Term value =
      Term::tuple({std::move(pid), std::move(topic), std::move(key), std::move(meta)});
  return beat(delta({{atom("values"), Term::map({{tag, value}})}}));
}

}  // namespace

PHX_TEST("Phoenix nodes' messages survive a round trip") {
  std::size_t messages = 0;
  for (const auto& file : recordings()) {
    for (const Recorded& event : recording(file)) {
      if (event.what != "message") continue;
      ++messages;
      const Term term = etf::decode_whole(event.rest);
      const Decoded one = decode(term);
      expect_eq(one.unreadable, 0u);
      expect(read(one.message) == term, file.string() + " unchanged");
    }
  }
  expect(messages > 300, "there are recordings");
}

PHX_TEST("a presence of this node is encoded as Phoenix expects") {
  Delta mine{here};
  mine.parts[here].cloud.insert(1);
  const Json said = Json::object({{"n", 1}, {"phx_ref_prev", "0"}, {"list", Json::array({1.5})}});
  mine.parts[here].values[1] =
      std::make_shared<const Value>(Value{"t", "u", {process::Pid{2, 9}, "1", said}});
  const Term term = read(Heartbeat{here, mine, {here, {{here, 1}}}});
  const Term& state = (*term.tuple_of(5))[3];
  expect_eq(state.get<etf::Map>()->pairs.size(), 10u);
  const auto& [key, value] = state.find_atom("values")->get<etf::Map>()->pairs.at(0);
  expect(key == Term::tuple({Term::tuple({"here", 1}), 1}), "its tag");
  const auto& items = *value.tuple_of(4);
  expect(items[0] == Term(pids.pid(1)), "a pid of this node's own");
  expect_eq(items[0].get<etf::Pid>()->node.name, std::string("here@phx"));
  expect(items[3] == Term::map({{"n", 1},
                                {"list", Term::list({1.5})},
                                {atom("phx_ref"), "1"},
                                {atom("phx_ref_prev"), "0"}}),
         "the refs are atoms, other keys are not");
}

PHX_TEST("two presences of one channel have two pids: Phoenix keeps one for each pid under a key") {
  Delta mine{here};
  for (const Count count : {Count{1}, Count{1} << 33}) {
    mine.parts[here].values[count] =
        std::make_shared<const Value>(Value{"t", "u", {process::Pid{2, 9}, "1", Json::object()}});
  }
  const Term term = read(Heartbeat{here, mine, {here, {}}});
  const auto& pairs = (*term.tuple_of(5))[3].find_atom("values")->get<etf::Map>()->pairs;
  const auto pid = [&](std::size_t i) {
    return *(*pairs.at(i).second.tuple_of(4))[0].get<etf::Pid>();
  };
  expect(pid(0) == pids.pid(1) && pid(1) == pids.pid(Count{1} << 33), "by their operations");
  expect(pid(0) != pid(1), "two");
}

PHX_TEST("missing and differing parts of other nodes are accepted") {
  const Decoded one = decode(beat(delta()));  // no replica, pids, delta, replicas
  expect_eq(delta_in(one).parts.at({"x", 1}).values.at(1)->key, std::string("u"));
  const Term old_set = Term::map(
      {{atom("__struct__"), atom("Elixir.MapSet")}, {atom("map"), tags}, {atom("version"), 2}});
  decode(beat(delta({{atom("clouds"), Term::map({{ref, old_set}})}})));
  for (const auto& [key, text] : std::vector<std::pair<Term, std::string>>{
           {Term(42), "42"}, {atom("ann"), "ann"}, {Term("u"), "u"}}) {
    const Decoded odd = decode(with_value(7, "t", key, Term::map({{atom("n"), Term()}})));
    const Value& value = *delta_in(odd).parts.at({"x", 1}).values.at(1);
    expect_eq(value.key, text);
    expect(value.meta.shown()["n"].is_null() && value.meta.shown().has("phx_ref"), "its meta");
  }
  for (const Term& name : {atom("node"), Term(5), Term("")}) {
    const Term clocks = Term::tuple({Term::tuple({name, 1}), Term::map()});
    decode(Term::tuple(
        {atom("pub"), atom("heartbeat"), Term::tuple({name, 1}), atom("empty"), clocks}));
  }
}

PHX_TEST("a presence that can't be shown to clients counts as having left") {
  const Term nobody = Term::map();
  const Term date = Term::map({{atom("__struct__"), atom("Elixir.Date")},
                               {atom("calendar"), atom("Elixir.Calendar.ISO")},
                               {atom("year"), 2026},
                               {atom("month"), 1},
                               {atom("day"), 2}});  // a text, as JSON
  const std::vector<Term> odd = {with_value(7, "t", "u", Term::map({{"a", Term::tuple({1})}})),
                                 with_value(7, "t", "u", Term::map({{"a", "\xff"}})),
                                 with_value(7, "t", "u", Term::map({{Term::tuple({}), 1}})),
                                 with_value(7, "t", "u", "not a map"),
                                 with_value(7, "t", "u", date),
                                 with_value(7, "t", Term::tuple({1, 2}), nobody),
                                 with_value(7, "t", "\xff", nobody),
                                 with_value(7, "\xff", "u", nobody),
                                 with_value(7, atom("t"), "u", nobody)};
  for (const Term& term : odd) {
    const Decoded one = decode(term);
    expect_eq(one.unreadable, 1u);
    const Part& part = delta_in(one).parts.at({"x", 1});
    expect(part.values.empty() && part.cloud.contains(1), "its operation is known");
  }
}

PHX_TEST("a request for a page, and the page, survive a round trip") {
  const Clocks after{{here, 7}};
  const TransferRequest request{0, here, {here, after}, after};
  const TrackerMessage asked = decode(read(request)).message;
  expect(std::get<TransferRequest>(asked).after == after, "the request");
  const TransferAck ack{0, here, Snapshot{here, {{here, 9}}, {}}, after};
  const auto said = tracker_event_in(read(ack));
  const auto& page = std::get<TransferAck>(said->messages.front());
  expect(page.after == after && !page.has_more, "the page");
  expect(std::get<Snapshot>(page.transfer).after == after, "says nothing of what was before");
}

PHX_TEST("the ref of a request returns with the answer, unless it is long") {
  const auto ref_of = [](const Term& request_ref) {
    const Term said = Term::tuple(
        {atom("pub"), atom("transfer_req"), request_ref, ref, Term::tuple({ref, Term::map()})});
    return std::get<TransferRequest>(decode(said).message).ref;
  };
  expect(ref_of(7) == Term(7), "a short one does");
  expect(ref_of(std::string(1'000'000, 'x')) == atom("nil"), "a long one does not");
}

PHX_TEST("a message that names more replicas than are remembered is refused") {
  std::vector<etf::Map::Pair> many;
  for (int i = 0; i <= 4'096; ++i) many.emplace_back(Term::tuple({"x", i}), 1);
  const auto beat_with = [](std::vector<etf::Map::Pair> clocks) {
    return Term::tuple({atom("pub"), atom("heartbeat"), ref, atom("empty"),
                        Term::tuple({ref, Term::map(std::move(clocks))})});
  };
  expect_throw<WireError>([&] { decode(beat_with(many)); });
  many.pop_back();
  decode(beat_with(many));
}

PHX_TEST("a message that is not the tracker's is refused") {
  const auto range = [](Term a, Term b) {
    return beat(delta({{atom("range"), Term::tuple({std::move(a), std::move(b)})}}));
  };
  const auto cloud = [](Term set) {
    return beat(
        delta({{atom("clouds"), Term::map({{ref, Term::map({{atom("map"), std::move(set)}})}})}}));
  };
  const std::vector<Term> bad = {
      Term(),
      Term::tuple({atom("pub"), atom("hello"), ref}),
      Term::tuple({atom("pub"), atom("heartbeat"), ref, atom("empty")}),
      Term::tuple({atom("pub"), atom("graceful_permdown"), "x"}),
      Term::tuple({atom("pub"), atom("graceful_permdown"), Term::tuple({"x", "1"})}),
      Term::tuple({atom("pub"), atom("transfer_req"), 1, ref, Term::map()}),
      Term::tuple({atom("pub"), atom("transfer_ack"), 1, ref, atom("empty")}),
      Term::tuple({atom("pub"), atom("transfer_ack"), 1, ref, Term::tuple({1, 2})}),
      beat(atom("full")),
      beat(delta({{atom("mode"), atom("unset")}})),
      beat(delta({{atom("values"), Term()}})),
      beat(delta({{atom("values"), Term::map({{tag, 1}})}})),
      beat(delta({{atom("values"), Term::map({{ref, Term::tuple({1, 2, 3, 4})}})}})),
      beat(delta({{atom("context"), Term::map({{ref, -1}})}})),
      beat(delta({{atom("clouds"), Term::map({{ref, Term::list()}})}})),
      cloud(Term::list()),
      cloud(Term::map({{Term::tuple({ref, 0}), Term::list()}})),
      cloud(Term::map({{Term::tuple({Term::tuple({"y", 1}), 1}), Term::list()}})),
      range(Term(), Term::map()),
      range(Term::map({{1, 1}}), Term::map()),
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    try {
      decode(bad[i]);
    } catch (const WireError&) {
      continue;
    }
    throw Failure("expected that message " + std::to_string(i) + " is refused");
  }
}
