#pragma once
/// \file
/// What happens in a world, by people's doing or by fate: a list that can be shortened.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "conformance/simulation/machine/network.h"

namespace phx::simulation {

/// First what people do, then what fate does.
enum class Deed : unsigned char {
  come,
  join,
  leave,
  say,
  echo,
  nothing,
  late,
  block,
  refuse,
  mood,
  hide,
  chatter,
  stop,
  crash,
  go,
  vanish,
  cut,
  flap,
  silence,
  busy,
  sleep,
  stall,
  die,
  deploy,
  kick,
  announce,
  jump,
  full,
  lie,
  redis_die,
  redis_cut,
  split,
};
const char* name_of(Deed deed);

/// A value.
struct Action {
  Millis at{0};  ///< From the scene's beginning.
  Deed deed = Deed::come;
  std::size_t who = 0;   ///< A person.
  std::size_t node = 0;  ///< Of fate's deeds.
  std::size_t topic = 0;
  std::size_t size = 0;  ///< Bytes of a question's filler; of chatter, milliseconds in between.
  Millis lasting{0};     ///< Of trouble.
  std::string how = {};  ///< Of a join: `slow`, `refused`, `crash` or nothing. Which lie.
};
/// `ann says something on room:a`
std::string to_string(const Action& action);

/// A value.
struct Scene {
  std::size_t nodes = 1;           ///< Several are a cluster, with a Redis between them.
  bool channel_per_topic = false;  ///< cluster::ChannelPer
  std::size_t shards = 1;
  std::vector<Access> people = {};
  std::vector<Access> liars = {};  ///< Clients that keep to no protocol.
  bool drifts = false;             ///< Each machine's clock runs at a speed of its own.
  std::size_t topics = 1;
  std::vector<Action> actions = {};  ///< In the order of their times.
  Millis length{0};
  std::size_t messages_a_turn = 32;  ///< process::Limits::messages_a_turn
  std::size_t turns_a_run = 4'096;   ///< process::Limits::turns_a_run
  std::size_t signals_at_once = 64;  ///< process::Limits::signals_at_once
  Access to_redis = {};              ///< Of each node of a cluster.
  std::size_t kept_messages = 0;     ///< redis::Options::keep_messages
  /// Limits that nobody here exceeds.
  std::size_t max_channels = 100;
  std::size_t max_waiting_bytes = 32 * 1'048'576;  ///< transport::LongpollOptions
  std::size_t drained_at_once = 10'000;            ///< socket::DrainOptions::batch_size
  /// Of a small scene, whose orders are enumerated: what is done from then on has no time. Each
  /// person goes on once it has done the last thing, and choices decide when, for so long.
  std::optional<Millis> settled = {};
  Millis chosen{0};
};

/// The scene of that seed, in which everyone chats and much goes wrong.
Scene chat_scene(std::uint64_t seed);
/// People with several devices come, go, hide and change their moods on one to three nodes.
Scene presence_scene(std::uint64_t seed);
/// The same as chat_scene(), and everyone uses long-polling.
Scene longpoll_scene(std::uint64_t seed);
/// The same on one node or two, which are replaced again and again.
Scene deploy_scene(std::uint64_t seed);
/// The same on two or three nodes, and in trouble with Redis.
Scene cluster_scene(std::uint64_t seed);
/// An hour of that many people who chat on two nodes, in rooms of ten, while now and then a
/// connection breaks.
Scene long_scene(std::uint64_t seed, std::size_t people);

/// One with a script: what each person does, separated by `;`. All are connected, and what stands
/// before the `|` has been done.
///
///     join | leave join; join | say
///
/// \throws std::invalid_argument for an unknown word.
Scene small_scene(std::string_view script, std::size_t shards);

std::string person_name(std::size_t person);
std::string topic_name(std::size_t topic);
std::string node_name(std::size_t node);

}  // namespace phx::simulation
