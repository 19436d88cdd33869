/// A replica of presences with nothing around it, and a list of messages that no node sends.

#include "conformance/simulation/world/foreigner.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "etf/reader.h"
#include "etf/writer.h"
#include "pubsub/term_event.h"

namespace phx::simulation {
namespace {

using etf::Term;

constexpr Millis period{1'500};
constexpr const char* trackers_topic = "phx_presence:Elixir.World.Presence_shard0";
const Term by_channels = Term::atom("Elixir.Phoenix.Channel.Server");
const Term by_pubsub = Term::atom("Elixir.Phoenix.PubSub");

presence::TrackerOptions tracker_options() {
  presence::TrackerOptions options;
  options.max_delta_sizes = {1, 2};  // it keeps few, so that whole lists are asked for
  return options;
}

/// `{3, Mode, Node, Topic, Message, Dispatcher}`.
std::string envelope(const Term& mode, const Term& node, const Term& topic, const Term& message,
                     const Term& dispatcher) {
  return etf::encode(Term::tuple({3, mode, node, topic, message, dispatcher}));
}

Term broadcast(const Term& topic, const Term& event, const Term& payload) {
  return Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Socket.Broadcast")},
                    {Term::atom("event"), event},
                    {Term::atom("payload"), payload},
                    {Term::atom("topic"), topic}});
}

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

/// `node` is one of ours. None of these changes anything.
std::vector<std::string> lies_to(const std::string& node) {
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
  const auto ack = [&](const Term& request, const Term& transfer) {
    return to_trackers(Term::tuple({pub, Term::atom("transfer_ack"), request, ref, transfer}));
  };
  const auto value = [&](const Term& presence) {
    return state("values", Term::map({{tag, presence}}));
  };
  const Term page = Term::tuple({Term::atom("phx_page"), Term::map({{ref, 0}})});
  const Term snapshot = state("mode", Term::atom("normal"));
  const Term empty = Term::map();
  return {
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
      // By our own name: it may be an earlier run, once.
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
      envelope(except, Term(node), trackers_topic, 7, by_pubsub),
      envelope(except, Term(node), hall, 7, by_pubsub),
  };
}

/// `key 1 2`: a key, and how many metas it has.
std::set<std::string> shown(const Json& list) {
  std::set<std::string> all;
  for (const auto& [key, presence] : list.sorted_members()) {
    for (std::size_t i = 0; i < presence["metas"].size(); ++i) {
      all.insert(fmt::format("{} {}", key, presence["metas"][i].dump()));
    }
  }
  return all;
}

}  // namespace

Foreigner::Foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Options& options)
    : machine_(machine),
      oracle_(oracle),
      redis_(redis),
      host_("foreigner", machine.seed),
      options_(options),
      replica_(
          presence::ReplicaRef(
              name_, options.pages ? Term(presence::own_vsn(1'790'000'000'000'000)) : Term(42)),
          list_, tracker_options(), 2) {
  redis_.listen([this](const std::string& channel, const std::string& bytes) {
    machine_.agenda.after(Millis{1}, host_, "hears",
                          [this, channel, bytes] { hear(channel, bytes); });
  });
}

Foreigner::~Foreigner() {
  redis_.listen({});
  machine_.agenda.forget(host_);
}

void Foreigner::track(std::size_t number) {
  const presence::Meta meta{.pid = {.shard = 0, .serial = number + 1},
                            .phx_ref = fmt::format("ref{}", number),
                            .said = Json::object({{"n", number}, {"list", Json::parse("[1,[]]")}})};
  const std::string key = fmt::format("guest{}", number / 2);
  const auto diff = list_.track(topic, key, meta);
  replica_.record(topic, diff);
}

void Foreigner::come() {
  there_ = true;
  for (std::size_t i = 0; i < options_.presences; ++i) track(i);
  replica_.tick(machine_.agenda.now());  // is lost
  tick();
}

void Foreigner::tick() {
  if (!there_) return;
  machine_.agenda.after(period, host_, "ticks", [this] { tick(); });
  act(replica_.tick(machine_.agenda.now()));
  if (++ticks_ % 2 == 0) lie();
}

/// One after another, to each of our nodes.
void Foreigner::lie() {
  constexpr std::size_t at_once = 8;
  for (const std::string& node : options_.nodes) {
    const auto lies = lies_to(node);
    for (std::size_t i = 0; i < at_once; ++i) publish(lies[(next_lie_ + i) % lies.size()]);
  }
  next_lie_ += at_once;
}

void Foreigner::hear(const std::string& channel, const std::string& bytes) {
  if (!there_) return;
  const bool ours =
      channel == options_.channels.all_nodes() || channel == options_.channels.of_node(name_);
  if (!ours) return;
  try {
    const auto opened = cluster::open(bytes, name_, {});
    if (!opened) return;
    const auto* event = pubsub::as<presence::TrackerEvent>(*opened->event);
    if (event == nullptr) return;
    for (const auto& message : event->messages)
      act(replica_.receive(machine_.agenda.now(), message));
  } catch (const cluster::BadEnvelope&) {
    return;  // one of its own lies
  }
}

void Foreigner::act(presence::Replica::Turn turn) {
  while (true) {
    for (const auto& [message, to] : turn.send) send(presence::encode(message, pids_), to);
    if (turn.piece) {
      const presence::LongAck& piece = turn.piece->piece;
      if (piece.head) long_answer_ = std::make_unique<presence::LongAckWriter>(pids_);
      long_answer_->write(piece);
      if (piece.is_last) send(std::exchange(long_answer_, nullptr)->take(), turn.piece->to);
    }
    if (!replica_.lags()) return;
    turn = replica_.go_on();
  }
}

void Foreigner::send(std::string term, const std::optional<Term>& to) {
  const cluster::Route route{to ? cluster::Route::only : cluster::Route::except,
                             to ? *to : Term(name_)};
  const pubsub::WrittenTerm event(std::move(term));
  const auto bytes = cluster::seal(route, trackers_topic, event, {});
  const std::string channel = options_.channels.of_message(route, trackers_topic, event);
  redis_.say(channel.empty() ? options_.channels.all_nodes() : channel, *bytes);
}

void Foreigner::publish(const std::string& bytes) {
  redis_.say(options_.channels.all_nodes(), bytes);
}

void Foreigner::change() {
  for (std::size_t i = 0; i < options_.presences; i += 3) {
    const auto diff =
        list_.untrack(topic, fmt::format("guest{}", i / 2), {.shard = 0, .serial = i + 1});
    replica_.record(topic, diff);
  }
  track(options_.presences + 1);
}

void Foreigner::go(bool says_goodbye) {
  if (says_goodbye) act(replica_.leave(true));
  there_ = false;
}

void Foreigner::say_in(const std::string& room) {
  const auto number = static_cast<long long>(oracle_.said(room, "abroad.0", ""));
  const Term payload = Term::map({{Term::atom("number"), number}, {"place", "abroad.0"}});
  const std::string bytes = envelope(Term::atom("except"), name_, Term(room),
                                     broadcast(Term(room), "said", payload), by_channels);
  const bool per_topic = options_.channels.per_topic();
  redis_.say(per_topic ? options_.channels.of_topic(room) : options_.channels.all_nodes(), bytes);
}

void Foreigner::check(const std::string& node, const Presence& listed) const {
  const auto own = there_ ? shown(presence::shown(list_.on(topic))) : std::set<std::string>{};
  const auto theirs = shown(listed.list(topic));
  if (own == theirs) return;
  oracle_.violated(invariants::same_list,
                   fmt::format("{} lists {} presences of a foreign node, and it has {}", node,
                               theirs.size(), own.size()));
}

void Foreigner::check_own_list(const std::string& room, const Presence& listed) const {
  const auto own = shown(presence::shown(list_.on(room)));
  const auto theirs = shown(listed.list(room));
  if (own == theirs) return;
  oracle_.violated(invariants::same_list,
                   fmt::format("a foreign node lists {} presences of {}, and ours {}", own.size(),
                               room, theirs.size()));
}

}  // namespace phx::simulation
