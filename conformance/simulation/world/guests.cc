/// Chooses by the seed who comes, and looks at the lists of nodes that a foreign one has met.

#include "conformance/simulation/world/guests.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "conformance/simulation/world/hall.h"
#include "conformance/simulation/world/scene.h"

namespace phx::simulation {
namespace {

std::vector<const Errand*> chosen(Random& random, std::size_t rules) {
  constexpr std::size_t most = 8, of_the_house = 2;
  std::vector<const Errand*> own, others, all;
  for (const Errand& errand : errands()) {
    if (errand.rules == static_cast<int>(rules)) own.push_back(&errand);
    if (errand.rules == -1) others.push_back(&errand);
  }
  while (all.size() < most) all.push_back(random.one_of(all.size() < of_the_house ? own : others));
  return all;
}

/// At rest each node knows the others, and that they are up.
void check_nodes(Oracle& oracle, const Hosts& hosts) {
  for (const Hosts::Node& node : hosts.nodes) {
    std::set<std::string> up;
    for (const Presence::Node& known : node.presence->nodes()) {
      if (known.is_up) up.insert(known.name);
    }
    for (const Hosts::Node& other : hosts.nodes) {
      if (&other == &node || up.contains(other.cluster)) continue;
      oracle.violated(invariants::same_list,
                      fmt::format("{} takes {} for gone", node.shown, other.shown));
    }
  }
}

struct Misfit final : UserSocket {
  explicit Misfit(const char* pattern) {
    channel(pattern, [] { return std::unique_ptr<Channel>(); });
  }
  ConnectResult connect(Connect, Socket&) const override { return Accepted{}; }
};

/// A server that is set up wrongly does not start.
void check_starts(Oracle& oracle) {
  const auto refused = [&](const std::string& what, const std::function<void()>& start) {
    try {
      start();
    } catch (const std::exception&) {
      return;
    }
    oracle.violated(invariants::due_answer, "a server starts with " + what);
  };
  const auto tracker = [&](const std::string& what, const auto& change) {
    refused(what, [&] {
      presence::TrackerOptions options;
      change(options);
      presence::State list;
      presence::Replica(presence::ReplicaRef("node", 1), list, options);
    });
  };
  using Options = presence::TrackerOptions;
  tracker("no time between ticks", [](Options& o) { o.broadcast_period = Millis{0}; });
  tracker("no ticks between requests", [](Options& o) { o.clock_sample_periods = 0; });
  tracker("nodes that are down at once", [](Options& o) { o.down_period = Millis{1}; });
  tracker("nodes that are gone at once", [](Options& o) { o.permdown_period = Millis{1}; });
  for (const char* pattern : {"", "room:*:more"}) {
    refused(fmt::format("the topic {:?}", pattern), [pattern] { Misfit{pattern}; });
  }
  for (const char* origin : {"example.com", "https://"}) {
    refused(fmt::format("the origin {}", origin), [origin] { transport::Origins::list({origin}); });
  }
}

/// Joins the foreign node's topic. Its frames are traced, and what other nodes say to it.
Visit look_on() {
  const auto run = [](Visitor& visitor) {
    visitor.options.params = [] {
      return Json::object({{std::string(telemetry::Traces::parameter), traces_token}});
    };
    visitor.connect("/guest");
    Topic topic = visitor.client().topic(Foreigner::topic);
    visitor.listen(topic);
    topic.join();
    visitor.another("/guest").topic(Foreigner::topic).join();
  };
  return {
      "a foreign node's topic",
      run,
      {"open", R"(term {"of_a_map":true}**)", "told **", "presence_diff **", "presence_state **"}};
}

/// Presences that a node can't list in one turn: there are thousands of them, or each shows a lot.
Visit crowd(bool is_large, bool shows_much) {
  const auto run = [=](Visitor& visitor) {
    constexpr int lots = 9, of_a_lot = 500, at_most = 5;
    constexpr std::size_t much = 60'000;
    visitor.connect("/free");
    Topic topic = visitor.client().topic(Foreigner::crowds_topic);
    topic.join();
    const auto show = [&](const std::string& key, int count, const Json& meta) {
      topic.push("show", {{"key", key}, {"crowd", count}, {"meta", meta}});
    };
    for (int i = 0; is_large && i < lots; ++i) {
      show(fmt::format("crowd{}.", i), of_a_lot, Json::object());
    }
    for (int i = 0; shows_much && i < at_most; ++i) {
      show(fmt::format("much{}", i), 1, Json::object({{"a", std::string(much, 'x')}}));
    }
  };
  return {"a crowd", run, {"open"}};
}

/// A foreign node disconnects it.
Visit traveller() {
  const auto run = [](Visitor& visitor) {
    visitor.options.params = [] { return Json::object({{"name", "traveller"}}); };
    visitor.connect("/guest");
    visitor.topic().join().then(visitor.answers("join"));
  };
  return {
      "a traveller", run, {"open", "join: ok *", "closed 1001", "error **", "open", "join: ok *"}};
}

/// Of a foreign node's, and of how it meets us.
struct Meeting {
  explicit Meeting(Random random)
      : pages(random.chance(50)),
        presences(random.chance(10)   ? 2'500
                  : random.chance(10) ? 1'600
                                      : random.between(std::size_t{1}, std::size_t{9})),
        says_goodbye(random.chance(50)),
        returns(random.chance(50)),
        has_crowd(random.chance(10)),
        shows_much(random.chance(20)),
        gives_up(random.chance(30)),
        returns_soon(random.chance(50)),
        tells_all(presences < 10 && random.chance(30)) {}
  const bool pages;
  const std::size_t presences;
  const bool says_goodbye, returns, has_crowd, shows_much, gives_up, returns_soon, tells_all;
};

}  // namespace

/// In most worlds anybody may come in any way.
std::size_t rules_of(std::uint64_t seed, std::uint64_t scene) {
  Random random(seed, "house", scene);
  return random.chance(60) ? 0 : random.between(std::size_t{1}, house_rules - 1);
}

Guests::Guests(Machine& machine, Oracle& oracle, const Hosts& hosts)
    : machine_(machine), oracle_(oracle), hosts_(hosts) {
  constexpr std::size_t visitors = 3;
  Random random(machine.seed, "guests", hosts.scene);
  for (const Errand* errand : chosen(random, hosts.rules)) {
    strangers_.push_back(std::make_unique<Stranger>(machine, oracle, strangers_.size(), *errand,
                                                    random.one_of(hosts.nodes).name));
  }
  while (visitors_.size() < visitors) {
    const std::string& node = random.one_of(hosts.nodes).name;
    visitors_.push_back(std::make_unique<Visitor>(machine, oracle, visitors_.size(),
                                                  random.one_of(visits()), node));
  }
}
Guests::~Guests() = default;

void Guests::stay(const Pass& pass) {
  constexpr Millis long_enough{60'000};
  check_nodes(oracle_, hosts_);
  check_starts(oracle_);
  for (const auto& stranger : strangers_) {
    machine_.on(stranger->host(), [&] { stranger->visit(); });
  }
  for (const auto& visitor : visitors_) {
    machine_.on(visitor->host(), [&] { visitor->visit(); });
  }
  const bool ends_well = pass(long_enough);
  for (const auto& visitor : visitors_) {
    machine_.on(visitor->host(), [&] { visitor->leave(ends_well); });
  }
  for (const auto& stranger : strangers_) {
    machine_.on(stranger->host(), [&] { stranger->leave(); });
  }
  pass(Millis{1'000});  // until their hosts have nothing to do
}

// NOLINTNEXTLINE(readability-function-size): one visit, from its beginning to its end
void meet_foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Hosts& hosts,
                    const Pass& pass) {
  // A node that has nothing to say is heard of every fifteen seconds.
  constexpr Millis to_settle{40'000}, to_think_it_down{40'000}, to_miss_it{90'000};
  constexpr std::size_t number = 7;
  Random random(machine.seed, "foreigner", hosts.scene);
  if (!random.chance(50)) return;
  const Meeting how(random);
  Foreigner::Options options{
      .pages = how.pages, .tells_all = how.tells_all, .presences = how.presences};
  options.limits = hosts.limits;
  options.channels = {"World.PubSub", hosts.channel_per_topic ? cluster::ChannelPer::topic
                                                              : cluster::ChannelPer::cluster};
  for (const Hosts::Node& node : hosts.nodes) options.nodes.push_back(node.cluster);
  Foreigner foreigner(machine, oracle, redis, options);
  const std::array visits{look_on(), crowd(how.has_crowd, how.shows_much), traveller()};
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (const Visit& visit : visits) {
    visitors.push_back(std::make_unique<Visitor>(machine, oracle, number + visitors.size(), visit,
                                                 random.one_of(hosts.nodes).name));
  }
  const auto go_on = [&](void (Foreigner::*what)()) {
    machine.on(foreigner.host(), [&] { (foreigner.*what)(); });
  };
  const auto look = [&](Millis after) {
    if (!pass(after)) return false;
    for (const Hosts::Node& node : hosts.nodes) foreigner.check(node.shown, *node.presence);
    foreigner.check_answers();
    return !oracle.violation();
  };
  const auto meet = [&] {
    for (const auto& visitor : visitors) {
      machine.on(visitor->host(), [&] { visitor->visit(); });
    }
    go_on(&Foreigner::come);
    if (!look(to_settle)) return false;
    for (const Hosts::Node& node : hosts.nodes) {
      foreigner.check_own_list(Foreigner::crowds_topic, *node.presence);
    }
    go_on(&Foreigner::ask_as_others);
    machine.on(foreigner.host(), [&] { foreigner.disconnect("guest:traveller"); });
    for (std::size_t i = 0; i < hosts.topics; ++i) {
      const std::string room = topic_name(i);
      foreigner.check_own_list(room, *hosts.nodes.front().presence);
      machine.on(foreigner.host(), [&] { foreigner.say_in(room); });
    }
    go_on(&Foreigner::chatter);
    go_on(&Foreigner::change);
    if (!look(to_settle)) return false;
    go_on(&Foreigner::ask_for_the_rest);
    if (how.returns) {
      go_on(&Foreigner::go_and_return);
      if (!look(to_settle)) return false;
    }
    machine.on(foreigner.host(), [&] { foreigner.go(how.says_goodbye); });
    const Millis silence = how.returns_soon ? to_think_it_down : to_miss_it;
    if (!look(how.says_goodbye ? to_settle : silence)) return false;
    if (how.says_goodbye) return true;
    if (how.gives_up) {  // others know that it is silent
      machine.on(foreigner.host(), [&] { foreigner.go(true); });
      return look(to_settle);
    }
    go_on(&Foreigner::answer_late);
    if (!look(Millis{5'000})) return false;
    machine.on(foreigner.host(), [&] { foreigner.come_back(how.returns_soon); });
    if (!look(to_settle)) return false;
    machine.on(foreigner.host(), [&] { foreigner.go(true); });
    return look(to_settle);
  };
  const bool ends_well = meet();
  for (const auto& visitor : visitors) {
    machine.on(visitor->host(), [&] { visitor->leave(ends_well); });
  }
  pass(Millis{1'000});
}

}  // namespace phx::simulation
