/// Chooses by the seed who comes, and looks at the lists of nodes that a foreign one has met.

#include "conformance/simulation/world/guests.h"

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

/// Joins the foreign node's topic, and keeps the list.
Visit look_on() {
  const auto run = [](Visitor& visitor) {
    visitor.connect("/guest");
    Topic topic = visitor.client().topic(Foreigner::topic);
    visitor.listen(topic);
    topic.join();
  };
  return {"a foreign node's topic",
          run,
          {"open", R"(term {"of_a_map":true}**)", "presence_diff **", "presence_state **"}};
}

}  // namespace

/// In most worlds anybody may come in any way.
std::size_t rules_of(std::uint64_t seed, std::uint64_t scene) {
  Random random(seed, "house", scene);
  return random.chance(60) ? 0 : random.between(std::size_t{1}, house_rules - 1);
}

Guests::Guests(Machine& machine, Oracle& oracle, const Hosts& hosts) : machine_(machine) {
  constexpr std::size_t visitors = 3;
  Random random(machine.seed, "guests", hosts.scene);
  for (const Errand* errand : chosen(random, hosts.rules)) {
    strangers_.push_back(std::make_unique<Stranger>(machine, oracle, strangers_.size(), *errand,
                                                    random.one_of(hosts.nodes).name));
  }
  while (visitors_.size() < visitors) {
    visitors_.push_back(std::make_unique<Visitor>(machine, oracle, visitors_.size(),
                                                  random.one_of(visits()),
                                                  random.one_of(hosts.nodes).name));
  }
}
Guests::~Guests() = default;

void Guests::stay(const Pass& pass) {
  constexpr Millis long_enough{60'000};
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

void meet_foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Hosts& hosts,
                    const Pass& pass) {
  // A node that has nothing to say is heard of every fifteen seconds.
  constexpr Millis to_settle{40'000}, to_miss_it{90'000};
  constexpr std::size_t number = 9;
  Random random(machine.seed, "foreigner", hosts.scene);
  if (!random.chance(50)) return;
  Foreigner::Options options{.pages = random.chance(50)};
  options.presences = random.chance(20) ? 1'100 : random.between(std::size_t{1}, std::size_t{9});
  options.channels = {"World.PubSub", hosts.channel_per_topic ? cluster::ChannelPer::topic
                                                              : cluster::ChannelPer::cluster};
  for (const Hosts::Node& node : hosts.nodes) options.nodes.push_back(node.cluster);
  Foreigner foreigner(machine, oracle, redis, options);
  const Visit visit = look_on();
  Visitor visitor(machine, oracle, number, visit, hosts.nodes.front().name);
  const auto look = [&](Millis after) {
    if (!pass(after)) return false;
    for (const Hosts::Node& node : hosts.nodes) foreigner.check(node.shown, *node.presence);
    return !oracle.violation();
  };
  const auto meet = [&] {
    machine.on(visitor.host(), [&] { visitor.visit(); });
    machine.on(foreigner.host(), [&] { foreigner.come(); });
    if (!look(to_settle)) return false;
    for (std::size_t i = 0; i < hosts.topics; ++i) {
      const std::string room = topic_name(i);
      foreigner.check_own_list(room, *hosts.nodes.front().presence);
      machine.on(foreigner.host(), [&] { foreigner.say_in(room); });
    }
    machine.on(foreigner.host(), [&] { foreigner.change(); });
    if (!look(to_settle)) return false;
    const bool says_goodbye = random.chance(50);
    machine.on(foreigner.host(), [&] { foreigner.go(says_goodbye); });
    return look(says_goodbye ? to_settle : to_miss_it);
  };
  const bool ends_well = meet();
  machine.on(visitor.host(), [&] { visitor.leave(ends_well); });
  pass(Millis{1'000});
}

}  // namespace phx::simulation
