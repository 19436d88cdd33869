/// Plays a scene; what is asked of the world at rest is in rest.cc.

#include "conformance/simulation/world/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/simulation/machine/client_loop.h"
#include "conformance/simulation/world/drift.h"
#include "conformance/simulation/world/users.h"

namespace phx::simulation {
namespace {

/// Longer than any patience of a client or a server: heartbeats, reconnecting, rejoining.
constexpr Millis long_enough{150'000};
constexpr Millis roll_call{10'000};
/// A client notices at its second heartbeat that nobody answers, and connects again.
constexpr Millis until_noticed{75'000};
/// A node notices at its fourth heartbeat that Redis says nothing, and connects again.
constexpr Millis until_nodes_notice{40'000};
/// A session that nobody polls ends within 30 s; an idle websocket is closed after a minute, but
/// one whose connection has ended must not wait for that.
constexpr Millis until_missed{45'000};
constexpr std::uint64_t max_steps_at_once = 200'000;

}  // namespace

World::World(std::uint64_t seed, Scene scene, bool keeps_trace)
    : scene_(std::move(scene)),
      journal_(keeps_trace),
      oracle_(scene_.nodes == 1),
      machine_(seed),
      wiretap_(machine_, journal_, oracle_, scene_.nodes == 1),
      fate_("fate", seed),
      rules_(rules_of(seed, static_cast<std::uint64_t>(scene_.length.count()))) {
  fate_.place.clear();
  machine_.agenda.on_step([this](const Host& host, const char* what) {
    journal_.line(machine_.agenda.now(), "{} {}", host.name, what);
    if (machine_.agenda.steps() == stop_at_ && stop_) stop_();
  });
  if (scene_.nodes > 1) redis_ = std::make_unique<Redis>(machine_);
  for (std::size_t i = 0; i < scene_.nodes; ++i) {
    servers_.push_back({.name = i == 0 ? "server" : fmt::format("server{}", i + 1), .number = i});
    *servers_.back().to_redis = scene_.to_redis;
    servers_.back().to_redis->address = fmt::format("10.1.0.{}", i + 1);
  }
  if (redis_ && scene_.channel_per_topic) {
    oracle_.on_hearing([this](const std::string& topic, const std::string& place) {
      check_subscribed(topic, place);
    });
  }
  for (Server& server : servers_) start(server);
  for (std::size_t i = 0; i < scene_.people.size(); ++i) {
    people_.push_back(
        std::make_unique<Person>(machine_, oracle_, person_name(i), scene_.people[i]));
    people_.back()->access().owner = person_name(i);
    if (scene_.drifts) people_.back()->host().drift = drift_of(seed, person_name(i));
  }
  for (std::size_t i = 0; i < scene_.liars.size(); ++i) {
    liars_.push_back(std::make_unique<Liar>(machine_, i, scene_.liars[i]));
  }
  in_turn_.resize(scene_.people.size());
  for (const Action& action : scene_.actions) {
    if (scene_.settled && action.at >= *scene_.settled) {
      in_turn_[action.who].push_back(action);
    } else {
      schedule(action);
    }
  }
}

World::~World() = default;

/// In half of the worlds a node that has died comes back under its name. While it drains, its
/// successor needs another.
std::string World::name_in_cluster(const Server& server) const {
  const bool keeps = Random(machine_.seed, "names").chance(50) &&
                     std::ranges::count(scene_.actions, Deed::deploy, &Action::deed) == 0;
  return node_name_of(machine_.seed, keeps ? server.name : server.generation);
}

void World::start(Server& server) {
  Node::Options options{.name = server.name, .shards = scene_.shards};
  options.shard.processes.messages_a_turn = scene_.messages_a_turn;
  options.shard.processes.turns_a_run = scene_.turns_a_run;
  options.shard.processes.signals_at_once = scene_.signals_at_once;
  server.generation = fmt::format("n{}", ++generation_);
  if (scene_.drifts) options.drift = drift_of(machine_.seed, server.name);
  // Small scenes choose all orders; in some of the others, turns and timers come as in a server.
  options.chooses = scene_.settled || Random(machine_.seed, "chooser").chance(85);
  options.endpoint = house(rules_);
  if (is_cluster()) {
    options.cluster_name = name_in_cluster(server);
    options.messages = envelopes_of(machine_.seed);
    server.to_redis->owner = server.name;
    options.to_redis = server.to_redis.get();
    options.kept_messages = scene_.kept_messages;
    if (scene_.channel_per_topic) options.channel_per = cluster::ChannelPer::topic;
  }
  const Log log = Log::to(Level::warn, [this, &server](Level level, const std::string& line) {
    logged(server, level, line);
  });
  if (is_cluster()) {  // it is not connected to Redis yet
    trouble_between_nodes(Millis{3'000});
  }
  server.node = std::make_unique<Node>(machine_, options, log, [&](Endpoint& endpoint) {
    server.presence = serve(endpoint, oracle_, server.generation, scene_, machine_.seed);
    if (is_cluster()) watch_redis(endpoint.telemetry(), oracle_, server.name, server.generation);
  });
}

/// A room that crashes does so because a person asked for it; what liars do is their own affair.
void World::logged(const Server& server, Level level, const std::string& line) {
  journal_.tell(machine_.agenda.now(), "     ! the log's {}: {}", name_of(level), line);
  const auto has = [&](const std::string& part) { return line.find(part) != std::string::npos; };
  const bool is_liars =
      has(liar_name) || has("den:") || has("peer=10.6.6.") || has("process=socket ");
  const bool is_guests = has("topic=hall:") || has("topic=turns:") || has("user=guest:");
  if (level == Level::error && !has("as was asked") && !is_liars && !is_guests) {
    oracle_.violated(invariants::unharmed, line);
  }
  if (server.full_logs > 0) throw std::runtime_error("no space left on device");
}

// --- What is done to it -------------------------------------------------------------------------

void World::schedule(const Action& action) {
  const bool persons = action.deed < Deed::cut;  // liars have no order of their own to keep
  Host& host = persons ? people_[action.who]->host() : fate_;
  const Random before = host.random;  // one action more or less does not move the others
  machine_.agenda.after(action.at, host, name_of(action.deed), [this, action, persons] {
    if (!persons) ++faults_;
    journal_.tell(machine_.agenda.now(), "     · {}", to_string(action));
    act(action);
  });
  host.random = before;
}

void World::act_next(std::size_t who) {
  std::deque<Action>& actions = in_turn_[who];
  if (actions.empty()) return;
  const Action action = actions.front();
  actions.pop_front();
  machine_.agenda.after(Millis{0}, people_[who]->host(), name_of(action.deed), [this, action] {
    journal_.tell(machine_.agenda.now(), "     · {}", to_string(action));
    act(action);
    act_next(action.who);
  });
}

void World::settle() {
  if (scene_.settled) pass(*scene_.settled);
}

void World::choose_by(Choices& choices) {
  machine_.agenda.choose_by(&choices);
  for (std::size_t who = 0; who < in_turn_.size(); ++who) act_next(who);
}

void World::later(Millis wait, std::function<void()> what) {
  machine_.agenda.after(wait, fate_, "is over", std::move(what));
}

void World::act(const Action& action) {
  Person& person = *people_[action.who];
  const std::string topic = topic_name(action.topic);
  switch (action.deed) {
    case Deed::come: return person.come(servers_[action.who % servers_.size()].name);
    case Deed::join: return person.join(topic, action.how);
    case Deed::leave: return person.leave(topic);
    case Deed::say:
    case Deed::echo:
    case Deed::nothing:
    case Deed::block:
    case Deed::refuse:
    case Deed::mood:
    case Deed::hide:
    case Deed::stop:
    case Deed::crash: return person.ask(topic, name_of(action.deed), action.size);
    case Deed::late:  // the second may be answered first
      person.ask(topic, name_of(action.deed), action.size);
      return person.ask(topic, name_of(action.deed), action.size / 2);
    case Deed::chatter: return chatter(action, Host::beginning + action.at + action.lasting);
    case Deed::go: return person.go();
    case Deed::vanish: return person.vanish();
    case Deed::cut:
    case Deed::silence:
    case Deed::busy:
    case Deed::sleep: return act_on_network(action);
    case Deed::stall:
    case Deed::die:
    case Deed::deploy: return act_on_server(action);
    case Deed::flap: return flap(action);
    case Deed::kick:
    case Deed::announce:
    case Deed::jump:
    case Deed::full: return act_on_node(action);
    case Deed::lie: return lie(action);
    case Deed::redis_die:
    case Deed::redis_cut:
    case Deed::split: return act_on_redis(action);
  }
}

/// If its machine sleeps then, it has less to say: the world must come to rest.
void World::chatter(const Action& action, Clock::time_point until) {
  const Millis pause{action.size};
  people_[action.who]->ask(topic_name(action.topic), "say", 0);
  if (machine_.agenda.now() + pause >= until) return;
  machine_.agenda.after(pause, people_[action.who]->host(), "chatters",
                        [this, action, until] { chatter(action, until); });
}

/// Each time the client is just back.
void World::flap(const Action& action) {
  constexpr Millis pause{400};
  Person& person = *people_[action.who];
  person.shake();
  machine_.network.cut(person.access());
  if (action.lasting <= pause) return;
  Action next = action;
  next.lasting -= pause;
  later(pause, [this, next] { flap(next); });
}

void World::act_on_node(const Action& action) {
  Server& server = servers_[action.node];
  if (!server.node) return;
  if (action.deed == Deed::kick) {
    constexpr Millis soon{30'000};  // a poll that waits is answered first
    Person& person = *people_[action.who];
    const bool hears = !oracle_.troubled_between_nodes();
    const auto kicked = person.kick();
    oracle_.broadcasts(server.generation);
    server.node->endpoint().disconnect("user:" + person.name());
    if (kicked && hears) {
      later(soon, [this, &person, kicked] {
        if (!oracle_.troubled_between_nodes()) person.check_kicked(*kicked);
      });
    }
  } else if (action.deed == Deed::announce) {
    const std::string topic = topic_name(action.topic);
    const std::string place = server.generation + ".endpoint";
    server.node->endpoint().broadcast(
        topic, "said",
        {{"place", place}, {"number", oracle_.said(topic, place, "", machine_.agenda.now())}});
  } else if (action.deed == Deed::jump) {
    const auto by = std::chrono::floor<std::chrono::seconds>(action.lasting);
    server.node->move_calendar(action.size % 2 == 0 ? by : -by);
  } else {
    ++server.full_logs;
    later(action.lasting, [&server] { --server.full_logs; });
  }
}

void World::lie(const Action& action) {
  Liar& liar = *liars_[action.who];
  machine_.on(liar.host(), [&] { liar.lie(servers_[action.node].name, action); });
}

void World::act_on_network(const Action& action) {
  Person& person = *people_[action.who];
  Access& access = person.access();
  if (action.deed == Deed::cut) {
    person.shake();
    return machine_.network.cut(access);
  }
  person.trouble();
  if (action.deed == Deed::sleep) {
    person.host().frozen_until = machine_.agenda.now() + action.lasting;
  } else if (action.deed == Deed::silence) {
    access.silent = true;
  } else {
    access.reads_nothing = true;
  }
  later(action.lasting, [this, &access] {
    access.silent = access.reads_nothing = false;
    machine_.network.changed(access);
  });
  later(action.lasting + until_noticed, [&person] { person.calm_down(); });
}

void World::act_on_server(const Action& action) {
  Server& server = servers_[action.node];
  if (!server.node) return;
  if (action.deed == Deed::stall) {
    auto hosts = server.node->hosts();
    hosts[action.who % hosts.size()]->frozen_until = machine_.agenda.now() + action.lasting;
  } else if (action.deed == Deed::deploy) {
    server.node->drain();
    draining_.push_back(std::move(server.node));
    start(server);
  } else {
    machine_.network.crash(server.name, action.size % 2 == 0);
    server.node.reset();
    if (is_cluster()) trouble_between_nodes(until_nodes_notice);
  }
  trouble_people_of(server, action.lasting, action.deed == Deed::deploy);
  later(action.lasting, [this, &server] {
    if (!server.node) start(server);
  });
}

void World::trouble_people_of(const Server& server, Millis lasting, bool drains) {
  const auto each = [this, number = server.number](auto what) {
    for (std::size_t i = number; i < people_.size(); i += servers_.size()) what(*people_[i]);
  };
  each([this, drains](Person& person) {
    drains ? person.expect_restart(wiretap_.is_held(person.name())) : person.trouble();
  });
  later(lasting + until_noticed, [each] { each([](Person& person) { person.calm_down(); }); });
}

void World::trouble_between_nodes(Millis lasting) {
  oracle_.trouble_between_nodes(machine_.agenda.now());
  later(lasting, [this] { oracle_.calm_between_nodes(machine_.agenda.now()); });
}

void World::act_on_redis(const Action& action) {
  Server& server = servers_[action.node];
  trouble_between_nodes(action.lasting + until_nodes_notice);
  if (action.deed == Deed::redis_die) {
    if (!redis_) return;
    machine_.network.crash(Redis::name, action.size % 2 == 0);
    redis_.reset();
    return later(action.lasting, [this] {
      if (!redis_) redis_ = std::make_unique<Redis>(machine_);
    });
  }
  if (action.deed == Deed::redis_cut) return machine_.network.cut(*server.to_redis);
  server.to_redis->silent = true;
  later(action.lasting, [this, &server] { mend_split(server); });
}

void World::mend_split(const Server& server) {
  server.to_redis->silent = false;
  machine_.network.changed(*server.to_redis);
}

// --- What becomes of it -------------------------------------------------------------------------

bool World::pass(Millis time) {
  const Clock::time_point until = machine_.agenda.now() + time;
  Clock::time_point moment{};
  std::uint64_t at_once = 0;
  while (!oracle_.violation() && machine_.agenda.step(until)) {
    at_once = machine_.agenda.now() == moment ? at_once + 1 : 0;
    moment = machine_.agenda.now();
    if (give_up_after_ && moment > *give_up_after_) throw GivenUp{};
    if (at_once > max_steps_at_once) {
      oracle_.violated(invariants::at_rest, "it goes on at " + seconds(moment));
    }
    std::erase_if(draining_, [](const auto& node) { return node->has_drained(); });
  }
  return !oracle_.violation();
}

/// All trouble ends.
void World::heal() {
  for (const auto& person : people_) {
    person->access().silent = person->access().reads_nothing = false;
    machine_.agenda.thaw(person->host());
    machine_.network.changed(person->access());
  }
  if (is_cluster() && !redis_) redis_ = std::make_unique<Redis>(machine_);
  for (Server& server : servers_) {
    if (!server.node) start(server);
    for (Host* host : server.node->hosts()) machine_.agenda.thaw(*host);
    mend_split(server);
  }
}

Outcome World::play() {
  if (machine_.agenda.choices() != nullptr) {
    pass(scene_.chosen);
    machine_.agenda.choose_by(nullptr);
  }
  if (pass(scene_.length + Millis{1})) {
    heal();
    if (pass(long_enough)) check_rest();
  }
  if (!oracle_.violation() && !scene_.settled) {
    call_roll();
    if (pass(roll_call)) check_rest();
    if (!oracle_.violation()) check_nodes_are_quiet();
    if (!oracle_.violation()) is_still();
  }
  if (!oracle_.violation() && !scene_.settled) receive_guests();
  if (!oracle_.violation()) {
    for (const auto& person : people_) {
      machine_.on(person->host(), [&] { person->vanish(); });
    }
    for (const auto& liar : liars_) {
      machine_.on(liar->host(), [&] { liar->vanish(); });
    }
    if (pass(until_missed)) check_all_missed();
    if (!oracle_.violation() && pass(long_enough)) check_nothing_left();
  }
  if (!oracle_.violation()) {
    for (Server& server : servers_) {
      server.node->drain();
      draining_.push_back(std::move(server.node));
    }
    if (pass(long_enough) && !draining_.empty()) {
      oracle_.violated(invariants::drained, "an idle server still drains");
    }
  }
  redis_.reset();
  if (!oracle_.violation() && machine_.agenda.size() > 0) {
    oracle_.violated(invariants::nothing_left,
                     fmt::format("{} timers are left", machine_.agenda.size()));
  }
  return {.violation = oracle_.violation(),
          .hash = journal_.hash(),
          .steps = machine_.agenda.steps(),
          .frames = wiretap_.frames(),
          .faults = faults_,
          .states = wiretap_.states(),
          .lived = std::chrono::duration_cast<Millis>(machine_.agenda.now().time_since_epoch() -
                                                      std::chrono::hours(1'000)),
          .when = machine_.agenda.now()};
}

}  // namespace phx::simulation
