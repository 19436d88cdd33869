/// What a world at rest is asked: whether all are back, hear one another, and leave nothing.

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "cluster/channels.h"
#include "conformance/simulation/world/guests.h"
#include "conformance/simulation/world/users.h"
#include "conformance/simulation/world/world.h"

namespace phx::simulation {

/// The node of a server that drains has no room any more for what is looked at here.
void World::check_subscribed(const std::string& topic, const std::string& place) {
  if (!redis_ || oracle_.troubled_between_nodes()) return;
  const std::string channel =
      cluster::Channels("World.PubSub", cluster::ChannelPer::topic).of_topic(topic);
  for (const Server& server : servers_) {
    if (!place.starts_with(server.generation + ".")) continue;
    if (redis_->hears(server.to_redis->address, channel)) continue;
    oracle_.violated(invariants::subscribed,
                     fmt::format("a join of {} is answered on {}, which does not hear {} yet",
                                 topic, node_name(server.number), channel));
  }
}

void World::check_rest() {
  std::size_t wanted = 0;
  for (const auto& person : people_) {
    person->check_back();
    wanted += person->wanted();
  }
  for (const Server& server : servers_) {
    for (std::size_t i = 0; i < scene_.topics; ++i) {
      std::map<std::string, Json> list;
      const Json presences = server.presence->list(topic_name(i));
      for (const auto& [key, presence] : presences.sorted_members()) list.emplace(key, presence);
      oracle_.check_list(node_name(server.number), topic_name(i), list);
    }
    // What liars say in their dens is not counted.
    if (is_cluster() && liars_.empty()) oracle_.check_accounted(server.generation);
  }
  if (oracle_.members() != wanted) {
    oracle_.violated(invariants::no_ghosts,
                     fmt::format("{} channels live, and {} are wanted", oracle_.members(), wanted));
  }
  if (oracle_.channels() != wanted) {
    oracle_.violated(
        invariants::no_ghosts,
        fmt::format("{} channel processes live, and {} are wanted", oracle_.channels(), wanted));
  }
  if (!draining_.empty()) {
    oracle_.violated(invariants::drained, "a server still drains");
  }
  wiretap_.check_rest();
  oracle_.check_answered();
}

/// A heartbeat may be on its way at one moment, so only what is undone each time counts.
bool World::is_still() {
  constexpr int looks = 3;
  constexpr Millis between{4'000};
  std::set<std::string> undone;
  for (int i = 0; i < looks; ++i) {
    std::set<std::string> now;
    for (const Server& server : servers_) now.merge(server.node->undone());
    for (const auto& person : people_) {
      if (person->unsent() > 0) now.insert("bytes of " + person->name() + "'s client");
    }
    if (i > 0) std::erase_if(now, [&](const std::string& one) { return !undone.contains(one); });
    if (now.empty()) return true;
    undone = std::move(now);
    if (i + 1 < looks && !pass(between)) return false;
  }
  oracle_.violated(invariants::nothing_waits, *undone.begin() + ": still there at rest");
  return false;
}

/// Each person says something in each of its rooms, and all who are there must hear it.
void World::call_roll() {
  oracle_.begin_roll_call();
  if (redis_) requests_before_ = redis_->transfer_requests();
  for (const auto& person : people_) {
    machine_.on(person->host(), [&] { person->answer_roll_call(); });
  }
}

/// Nobody has come or gone for minutes.
void World::check_nodes_are_quiet() {
  const std::uint64_t requests = redis_ ? redis_->transfer_requests() - requests_before_ : 0;
  if (requests == 0) return;
  oracle_.violated(invariants::quiet_nodes,
                   fmt::format("nodes asked for presences {} times at rest", requests));
}

void World::receive_guests() {
  Hosts hosts{rules_, static_cast<std::uint64_t>(scene_.length.count()), scene_.topics,
              scene_.channel_per_topic, envelopes_of(machine_.seed)};
  for (const Server& server : servers_) {
    hosts.nodes.push_back(
        {server.name, name_in_cluster(server), node_name(server.number), server.presence});
  }
  const auto goes_on = [this](Millis time) { return pass(time); };
  Guests(machine_, oracle_, hosts).stay(goes_on);
  if (!oracle_.violation() && is_cluster()) {
    meet_foreigner(machine_, oracle_, *redis_, hosts, goes_on);
  }
}

void World::check_all_missed() {
  if (oracle_.channels() == 0) return;
  oracle_.violated(invariants::no_ghosts,
                   fmt::format("{} channels live, and their clients' connections have ended",
                               oracle_.channels()));
}

void World::check_nothing_left() {
  const auto none = [this](std::size_t count, const std::string& what) {
    if (count > 0) {
      oracle_.violated(invariants::nothing_left, fmt::format("{} {} are left", count, what));
    }
  };
  none(oracle_.members(), "channels");
  for (const Server& server : servers_) {
    none(server.node->connections(), "connections");
    none(server.node->processes(), "processes");
    none(server.node->endpoint().longpoll_sessions(), "places of sessions that poll");
    for (const std::string& topic : server.node->topics()) none(1, "subscriber of " + topic);
    for (std::size_t i = 0; i < scene_.topics; ++i) {
      none(server.node->subscribers(topic_name(i)), "subscribers of " + topic_name(i));
      none(server.presence->list(topic_name(i)).size(), "presences on " + topic_name(i));
    }
  }
  if (redis_) none(redis_->subscriptions("room:"), "subscriptions to rooms in Redis");
  // Those to Redis stay: each node has two.
  const std::size_t to_redis = redis_ ? redis_->clients() : 0;
  none(machine_.network.living() - to_redis, "wires");
  if (to_redis > 2 * servers_.size()) none(to_redis - 2 * servers_.size(), "wires to Redis");
}

}  // namespace phx::simulation
