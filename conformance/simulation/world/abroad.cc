/// A list of messages that no node sends.

#include "conformance/simulation/world/abroad.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/simulation/world/foreigner.h"

namespace phx::simulation::abroad {
namespace {

/// A replica's state, with one part in place of what is right.
Term state(const char* name, const Term& instead) {
  const Term ref = Term::tuple({"liar", 7});
  const Term tag = Term::tuple({ref, 1});
  const Term set = Term::map({{Term::atom("__struct__"), Term::atom("Elixir.MapSet")},
                              {Term::atom("map"), Term::map({{tag, Term::list()}})}});
  std::vector<etf::Map::Pair> pairs{
      {Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Tracker.State")},
      {Term::atom("clouds"), Term::map({{ref, set}})},
      {Term::atom("context"), Term::map()},
      {Term::atom("mode"), Term::atom("delta")},
      {Term::atom("range"), Term::tuple({Term::map({{ref, 0}}), Term::map({{ref, 1}})})},
      {Term::atom("values"), Term::map()}};
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == Term::atom(name); });
  if (!instead.is_atom("nothing")) pairs.emplace_back(Term::atom(name), instead);
  return Term::map(std::move(pairs));
}

/// The clocks of `count` replicas, none of which exists.
Term clocks_of(std::size_t count) {
  std::vector<etf::Map::Pair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    pairs.emplace_back(Term::tuple({Term(fmt::format("liar{}", i)), 7}), 1);
  }
  return Term::map(std::move(pairs));
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one table
std::vector<std::string> lies_to(const std::string& node, const cluster::EnvelopeOptions& limits) {
  const Term except = Term::atom("except"), only = Term::atom("only"), pub = Term::atom("pub");
  const Term abroad = "abroad", hall = "hall:nobody";
  const Term ref = Term::tuple({"liar", 7}), own = Term::tuple({Term(node), 7});
  const Term clocks = Term::tuple({ref, Term::map()});
  const Term tag = Term::tuple({ref, 1});
  const auto to_all = [&](const Term& topic, const Term& message, const Term& by) {
    return envelope(except, abroad, topic, message, by);
  };
  const auto to_trackers = [&](const Term& message) {
    return to_all(trackers_topic, message, by_pubsub);
  };
  const auto said = [&](const Term& message) {
    return to_all(Foreigner::topic, message, by_channels);
  };
  const auto beat = [&](const Term& delta) {
    return to_trackers(Term::tuple({pub, Term::atom("heartbeat"), ref, delta, clocks}));
  };
  const auto beat_of = [&](const Term& whose) {
    return to_trackers(Term::tuple({pub, Term::atom("heartbeat"), whose, Term::atom("empty"),
                                    Term::tuple({whose, Term::map()})}));
  };
  const auto ack = [&](const Term& request, const Term& transfer) {
    return to_trackers(Term::tuple({pub, Term::atom("transfer_ack"), request, ref, transfer}));
  };
  const auto value = [&](const Term& presence) {
    return state("values", Term::map({{tag, presence}}));
  };
  const Term page = Term::tuple({Term::atom("phx_page"), Term::map({{ref, 0}})});
  const Term snapshot = state("mode", Term::atom("normal"));
  const Term empty = Term::map();
  const auto larger_than = [](std::size_t limit) { return Term(std::string(limit + 1, 'x')); };
  constexpr std::size_t much = 10'000'000;  // to be sent again and again
  std::vector<std::string> too_large;
  if (limits.largest() < much) {
    too_large = {to_all(Foreigner::topic, larger_than(limits.max_bytes), by_pubsub),
                 to_all(Foreigner::topic, larger_than(limits.largest()), by_pubsub)};
  }
  std::vector<std::string> all{
      // By our own name: it may be an earlier run, once. Until it is heard of again, others take it
      // for gone.
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), own, Term::atom("empty"), clocks})),
      to_trackers(Term::tuple({pub, Term::atom("transfer_req"), 7, own, clocks})),
      envelope(except, Term(node), trackers_topic,
               Term::tuple({pub, Term::atom("heartbeat"), own, Term::atom("empty"), clocks}),
               by_pubsub),
      envelope(except, Term(node), trackers_topic,
               Term::tuple({pub, Term::atom("heartbeat"), own, Term::atom("empty"), clocks}),
               by_pubsub),
      envelope(except, Term(node), trackers_topic,
               Term::tuple({pub, Term::atom("transfer_req"), own, 7, clocks}), by_pubsub),
      "hello",
      etf::encode(7),
      etf::encode(Term::tuple({3, except})),
      etf::encode(Term::tuple({2, except, abroad, hall, 1, by_pubsub})),
      envelope(Term::atom("all"), abroad, hall, 1, by_pubsub),
      envelope(only, "elsewhere", hall, 1, by_pubsub),
      envelope(only, Term(node), "", 1, by_pubsub),
      to_all(7, 1, by_pubsub),
      to_all(Foreigner::topic, 1, Term::atom("Elixir.Other")),
      to_all(Foreigner::topic, empty, by_pubsub),
      to_all(Foreigner::topic, broadcast("hall:abroad", "told", empty), by_pubsub),
      to_all("guest:any", broadcast("guest:any", "hello", empty), by_channels),
      to_all("user:nobody", broadcast("user:nobody", "disconnect", 7), by_pubsub),
      said(broadcast(7, "told", empty)),
      said(broadcast("hall:abroad", "\xff", empty)),
      said(broadcast("hall:abroad", "told", Term::list())),
      said(broadcast("hall:abroad", "told", Term::tuple({Term::atom("binary"), 7}))),
      said(broadcast("hall:abroad", "told", Term::tuple({1, 2}))),
      said(broadcast("hall:abroad", "told",
                     Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Date")},
                                {Term::atom("calendar"), Term::atom("Elixir.Calendar.ISO")},
                                {Term::atom("day"), 1},
                                {Term::atom("month"), 2},
                                {Term::atom("year"), 2026}}))),
      said(broadcast("hall:abroad", "told", Term::map({{"a", Term(etf::Pid{{"a"}, 1, 2, 3})}}))),
      said(Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Socket.Broadcast")}})),
      // Trackers'. A Phoenix node would end its tracker over each of them.
      to_trackers(7),
      to_trackers(Term::tuple({1, 2, 3})),
      to_trackers(Term::tuple({pub, 2, 3})),
      to_trackers(Term::tuple({1, 2, 3, 4, 5})),
      to_trackers(Term::tuple({pub, Term::atom("dance"), 3, 4, 5})),
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), 7, Term::atom("empty"), clocks})),
      to_trackers(Term::tuple(
          {pub, Term::atom("heartbeat"), Term::tuple({1, "x"}), Term::atom("empty"), clocks})),
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), ref, Term::atom("empty"), 7})),
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), ref, Term::atom("empty"),
                               Term::tuple({ref, Term::map({{ref, -1}})})})),
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), ref, Term::atom("empty"),
                               Term::tuple({ref, Term::map({{ref, "x"}})})})),
      to_trackers(Term::tuple({pub, Term::atom("graceful_permdown"), ref})),
      to_trackers(Term::tuple({pub, Term::atom("graceful_permdown"),
                               Term::tuple({"liar", Term::integer(false, std::string(12, 'x'))})})),
      beat(Term::atom("full")),
      beat(state("mode", Term::atom("normal"))),
      beat(state("mode", Term::atom("nothing"))),
      beat(state("range", 7)),
      beat(state("context", 7)),
      beat(state("clouds", 7)),
      beat(state(
          "clouds",
          Term::map({{ref, Term::map({{Term::atom("map"), Term::map({{7, Term::list()}})}})}}))),
      beat(
          state("clouds",
                Term::map({{Term::tuple({"other", 8}),
                            Term::map({{Term::atom("map"), Term::map({{tag, Term::list()}})}})}}))),
      beat(state(
          "clouds",
          Term::map({{ref, Term::map({{Term::atom("map"),
                                       Term::map({{Term::tuple({ref, 0}), Term::list()}})}})}}))),
      beat(state("values", 7)),
      beat(value(7)),
      beat(value(Term::tuple({1, 2, "key", empty}))),
      beat(value(Term::tuple({1, "\xff", "key", empty}))),
      beat(value(Term::tuple({1, "hall:liar", Term::list(), empty}))),
      beat(value(Term::tuple({1, "hall:liar", "key", 7}))),
      beat(value(Term::tuple(
          {1, "hall:liar", "key", Term::map({{"a", Term(etf::Pid{{"a"}, 1, 2, 3})}})}))),
      beat(
          value(Term::tuple({1, "hall:liar", "key",
                             Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Date")},
                                        {Term::atom("calendar"), Term::atom("Elixir.Calendar.ISO")},
                                        {Term::atom("day"), 1},
                                        {Term::atom("month"), 2},
                                        {Term::atom("year"), 2026}})}))),
      beat(state("replica", 7)),
      ack(7, 7),
      ack(7, Term::tuple({snapshot, 7})),
      ack(7, Term::tuple({snapshot, empty})),
      ack(page, Term::tuple({snapshot, empty})),
      ack(page, state("mode", Term::atom("delta"))),
      ack(Term::tuple({1, 2}),
          Term::tuple(
              {state("replicas", Term::map({{ref, Term::atom("up")}, {Term::tuple({"b", 1}), 7}})),
               empty})),
      ack(7, Term::tuple({state("replicas", 7), empty})),
      to_trackers(
          Term::tuple({pub, Term::atom("transfer_req"), std::string(1'000, 'x'), ref, clocks})),
      to_trackers(Term::tuple({pub, Term::atom("transfer_req"), page, ref, clocks})),
      envelope(except, Term(node), trackers_topic, 7, by_pubsub),
      envelope(except, Term(node), hall, 7, by_pubsub),
      etf::encode(Term::tuple({2, except, abroad, Foreigner::topic, 1, by_pubsub})),
      etf::encode(Term::tuple({"3", except, abroad, Foreigner::topic, 1, by_pubsub})),
      to_all(Foreigner::topic, Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Any")}}),
             by_pubsub),
      said(Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Socket.Broadcast")},
                      {Term::atom("event"), "told"},
                      {Term::atom("topic"), "hall:abroad"}})),
      to_trackers(Term::tuple({pub, Term::atom("heartbeat"), ref, Term::atom("empty"),
                               Term::tuple({ref, clocks_of(4'097)})})),
      said(broadcast("hall:abroad", "told", Term::tuple({Term::atom("binary"), "?!"}))),
      to_trackers(
          Term::tuple({pub, Term::atom("graceful_permdown"), Term::tuple({abroad, "earlier"})})),
      to_trackers(Term::tuple({pub, Term::atom("graceful_permdown"), Term::tuple({abroad, 41})})),
      envelope(except, Term(node), trackers_topic, Term::tuple({1, 2, 3, 4, 5}), by_pubsub),
      beat(value(Term::tuple({1, "hall:liar", Term(etf::Pid{{"a"}, 1, 2, 3}), empty}))),
      beat(value(Term::tuple({1, "hall:liar", Term::atom("nil"), empty}))),
      beat_of(Term::tuple({"giant", Term::integer(false, std::string(12, 'x'))})),
      beat_of(Term::tuple({"late", 9'200'000'000'000'000'000})),
  };
  all.insert(all.end(), too_large.begin(), too_large.end());
  return all;
}

}  // namespace phx::simulation::abroad
