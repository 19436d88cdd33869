#pragma once
/// \file
/// What happens in a world, by people's doing or by fate: a list that can be shortened.

#include <cstdint>
#include <string>
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
  stop,
  crash,
  go,
  vanish,
  cut,
  silence,
  busy,
  sleep,
  stall,
  die,
  deploy,
};
const char* name_of(Deed deed);

/// A value.
struct Action {
  Millis at{0};  ///< From the scene's beginning.
  Deed deed = Deed::come;
  std::size_t who = 0;  ///< A person, or a node.
  std::size_t topic = 0;
  std::size_t size = 0;  ///< Bytes of a question's filler.
  Millis lasting{0};     ///< Of trouble.
  std::string how = {};  ///< Of a join: `slow`, `refused`, `crash` or nothing.
};
/// `ann says something on room:a`
std::string to_string(const Action& action);

/// A value.
struct Scene {
  std::size_t nodes = 1;
  std::size_t shards = 1;
  std::vector<Access> people = {};
  std::size_t topics = 1;
  std::vector<Action> actions = {};  ///< In the order of their times.
  Millis length{0};
  std::size_t messages_a_turn = 32;  ///< process::Limits::messages_a_turn
  std::size_t turns_a_run = 4'096;   ///< process::Limits::turns_a_run
};

/// The scene of that seed, in which everyone chats and much goes wrong.
Scene chat_scene(std::uint64_t seed);
/// An hour of that many people who chat, in rooms of ten, while now and then a connection breaks.
Scene long_scene(std::uint64_t seed, std::size_t people);

std::string person_name(std::size_t person);
std::string topic_name(std::size_t topic);

}  // namespace phx::simulation
