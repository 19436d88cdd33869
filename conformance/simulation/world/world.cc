/// Plays a scene, and looks at the world at rest.

#include "conformance/simulation/world/world.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/simulation/machine/client_loop.h"
#include "conformance/simulation/world/room.h"

namespace phx::simulation {
namespace {

/// Longer than any patience of a client or a server: heartbeats, reconnecting, rejoining.
constexpr Millis long_enough{150'000};
/// A client notices at its second heartbeat that nobody answers, and connects again.
constexpr Millis until_noticed{75'000};
constexpr std::uint64_t max_steps_at_once = 200'000;

struct Users final : UserSocket {
  Users(Oracle& oracle, const std::string& node) {
    channel("room:*",
            [this, &oracle, node] { return std::make_unique<Room>(oracle, *presence, node); });
  }
  const std::unique_ptr<Presence> presence = std::make_unique<Presence>();
};

}  // namespace

World::World(std::uint64_t seed, Scene scene, bool keeps_trace)
    : scene_(std::move(scene)),
      journal_(keeps_trace),
      machine_(seed),
      wiretap_(machine_, journal_, oracle_),
      fate_("fate", seed) {
  machine_.agenda.on_step([this](const Host& host, const char* what) {
    journal_.line(machine_.agenda.now(), "{} {}", host.name, what);
    if (machine_.agenda.steps() == stop_at_ && stop_) stop_();
  });
  start_node();
  for (std::size_t i = 0; i < scene_.people.size(); ++i) {
    people_.push_back(
        std::make_unique<Person>(machine_, oracle_, person_name(i), scene_.people[i]));
    people_.back()->access().owner = person_name(i);
  }
  for (const Action& action : scene_.actions) schedule(action);
}

World::~World() = default;

void World::start_node() {
  Node::Options options{.name = "server", .shards = scene_.shards};
  options.shard.processes.messages_a_turn = scene_.messages_a_turn;
  options.shard.processes.turns_a_run = scene_.turns_a_run;
  const std::string generation = fmt::format("n{}", ++generation_);
  const Log log =
      Log::to(Level::warn, [this](Level level, const std::string& line) { logged(level, line); });
  node_ = std::make_unique<Node>(machine_, options, log, [&](Endpoint& endpoint) {
    const auto users = std::make_shared<Users>(oracle_, generation);
    presence_ = users->presence.get();
    transport::Mount mount{"/socket", users};
    mount.longpoll = transport::LongpollOptions{};
    mount.check_origin = transport::Origins::any();
    endpoint.socket(std::move(mount));
  });
}

/// A room that crashes does so because a person asked for it.
void World::logged(Level level, const std::string& line) {
  journal_.tell(machine_.agenda.now(), "     ! the log's {}: {}", name_of(level), line);
  if (level == Level::error && line.find("as was asked") == std::string::npos) {
    oracle_.violated(invariants::unharmed, line);
  }
}

// --- What is done to it -------------------------------------------------------------------------

void World::schedule(const Action& action) {
  const bool persons = action.deed < Deed::cut;
  Host& host = persons ? people_[action.who]->host() : fate_;
  const Random before = host.random;  // one action more or less does not move the others
  machine_.agenda.after(action.at, host, name_of(action.deed), [this, action, persons] {
    if (!persons) ++faults_;
    journal_.tell(machine_.agenda.now(), "     · {}", to_string(action));
    act(action);
  });
  host.random = before;
}

void World::later(Millis wait, std::function<void()> what) {
  machine_.agenda.after(wait, fate_, "is over", std::move(what));
}

void World::act(const Action& action) {
  Person& person = *people_[action.who];
  const std::string topic = topic_name(action.topic);
  switch (action.deed) {
    case Deed::come: return person.come("server");
    case Deed::join: return person.join(topic, action.how);
    case Deed::leave: return person.leave(topic);
    case Deed::say:
    case Deed::echo:
    case Deed::nothing:
    case Deed::late:
    case Deed::block:
    case Deed::refuse:
    case Deed::stop:
    case Deed::crash: return person.ask(topic, name_of(action.deed), action.size);
    case Deed::go: return person.go();
    case Deed::vanish: return person.vanish();
    case Deed::cut:
    case Deed::silence:
    case Deed::busy:
    case Deed::sleep: return act_on_network(action);
    case Deed::stall:
    case Deed::die:
    case Deed::deploy: return act_on_server(action);
  }
}

void World::act_on_network(const Action& action) {
  Person& person = *people_[action.who];
  Access& access = person.access();
  if (action.deed == Deed::cut) {
    person.disturb();
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
  if (!node_) return;
  if (action.deed == Deed::stall) {
    auto hosts = node_->hosts();
    hosts[action.who % hosts.size()]->frozen_until = machine_.agenda.now() + action.lasting;
  } else if (action.deed == Deed::deploy) {
    node_->drain();
    draining_.push_back(std::move(node_));
    start_node();
  } else {
    machine_.network.crash("server", action.size % 2 == 0);
    node_.reset();
  }
  for (const auto& person : people_) person->trouble();
  later(action.lasting, [this] {
    if (!node_) start_node();
  });
  later(action.lasting + until_noticed, [this] {
    for (const auto& person : people_) person->calm_down();
  });
}

// --- What becomes of it -------------------------------------------------------------------------

bool World::pass(Millis time) {
  const Clock::time_point until = machine_.agenda.now() + time;
  Clock::time_point moment{};
  std::uint64_t at_once = 0;
  while (!oracle_.violation() && machine_.agenda.step(until)) {
    at_once = machine_.agenda.now() == moment ? at_once + 1 : 0;
    moment = machine_.agenda.now();
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
    person->host().frozen_until = {};
    machine_.network.changed(person->access());
  }
  if (!node_) start_node();
  for (Host* host : node_->hosts()) host->frozen_until = {};
}

void World::check_rest() {
  std::size_t wanted = 0;
  for (const auto& person : people_) {
    person->check_back();
    wanted += person->wanted();
  }
  for (std::size_t i = 0; i < scene_.topics; ++i) {
    std::map<std::string, Json> list;
    const Json presences = presence_->list(topic_name(i));
    for (const auto& [key, presence] : presences.sorted_members()) list.emplace(key, presence);
    oracle_.check_list("the server", topic_name(i), list);
  }
  if (oracle_.members() != wanted) {
    oracle_.violated(invariants::no_ghosts,
                     fmt::format("{} channels live, and {} are wanted", oracle_.members(), wanted));
  }
  if (!draining_.empty()) {
    oracle_.violated(invariants::drained, "a server still drains");
  }
  oracle_.check_answered();
}

void World::check_nothing_left() {
  const auto none = [this](std::size_t count, const std::string& what) {
    if (count > 0) {
      oracle_.violated(invariants::nothing_left, fmt::format("{} {} are left", count, what));
    }
  };
  none(node_->connections(), "connections");
  none(node_->processes(), "processes");
  none(oracle_.members(), "channels");
  for (std::size_t i = 0; i < scene_.topics; ++i) {
    none(node_->subscribers(topic_name(i)), "subscribers of " + topic_name(i));
    none(presence_->list(topic_name(i)).size(), "presences on " + topic_name(i));
  }
  none(machine_.network.living(), "wires");
}

Outcome World::play() {
  if (pass(scene_.length + Millis{1})) {
    heal();
    if (pass(long_enough)) check_rest();
  }
  if (!oracle_.violation()) {
    for (const auto& person : people_) {
      machine_.on(person->host(), [&] { person->vanish(); });
    }
    if (pass(long_enough)) check_nothing_left();
  }
  if (!oracle_.violation()) {
    node_->drain();
    draining_.push_back(std::move(node_));
    if (pass(long_enough) && !draining_.empty()) {
      oracle_.violated(invariants::drained, "an idle server still drains");
    }
  }
  if (!oracle_.violation() && machine_.agenda.size() > 0) {
    oracle_.violated(invariants::nothing_left,
                     fmt::format("{} timers are left", machine_.agenda.size()));
  }
  return {.violation = oracle_.violation(),
          .hash = journal_.hash(),
          .steps = machine_.agenda.steps(),
          .frames = wiretap_.frames(),
          .faults = faults_,
          .lived = std::chrono::duration_cast<Millis>(machine_.agenda.now().time_since_epoch() -
                                                      std::chrono::hours(1'000)),
          .when = machine_.agenda.now()};
}

}  // namespace phx::simulation
