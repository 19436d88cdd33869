/// Makes up scenes.

#include "conformance/simulation/world/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace phx::simulation {
namespace {

struct Named {
  Deed deed;
  const char* name;
  const char* told;  ///< What a story says: {0} is who, {1} the topic, {2} how long, {3} a node.
};
constexpr std::array deeds{
    Named{Deed::come, "come", "{0} connects"},
    Named{Deed::join, "join", "{0} joins {1}"},
    Named{Deed::leave, "leave", "{0} leaves {1}"},
    Named{Deed::say, "say", "{0} says something on {1}"},
    Named{Deed::echo, "echo", "{0} asks for an echo on {1}"},
    Named{Deed::nothing, "nothing", "{0} asks for no answer on {1}"},
    Named{Deed::late, "late", "{0} asks for a late answer on {1}"},
    Named{Deed::block, "block", "{0} asks for work that blocks on {1}"},
    Named{Deed::refuse, "refuse", "{0} asks for a refusal on {1}"},
    Named{Deed::mood, "mood", "{0} changes its mood on {1}"},
    Named{Deed::hide, "hide", "{0} hides on {1}, or shows itself again"},
    Named{Deed::chatter, "chatter", "{0} says one thing after another on {1} for {2}"},
    Named{Deed::stop, "stop", "{0} lets its channel of {1} stop"},
    Named{Deed::crash, "crash", "{0} lets its channel of {1} crash"},
    Named{Deed::go, "go", "{0} disconnects"},
    Named{Deed::vanish, "vanish", "{0}'s program ends"},
    Named{Deed::cut, "cut", "{0}'s connection is cut"},
    Named{Deed::flap, "flap", "{0}'s connection is cut again and again for {2}"},
    Named{Deed::silence, "silence", "{0}'s network is silent for {2}"},
    Named{Deed::busy, "busy", "{0} reads nothing for {2}"},
    Named{Deed::sleep, "sleep", "{0}'s machine sleeps for {2}"},
    Named{Deed::stall, "stall", "a shard of {3} stands still for {2}"},
    Named{Deed::die, "die", "{3} dies, and is back after {2}"},
    Named{Deed::deploy, "deploy", "{3} drains, and a new one begins"},
    Named{Deed::kick, "kick", "{3} disconnects {0}"},
    Named{Deed::announce, "announce", "{3} says something on {1}"},
    Named{Deed::jump, "jump", "the calendar clock of {3} jumps by {2}"},
    Named{Deed::full, "full", "the log of {3} takes no line for {2}"},
    Named{Deed::lie, "lie", "a liar at {3}:"},
    Named{Deed::redis_die, "redis-die", "Redis dies, and is back after {2}"},
    Named{Deed::redis_cut, "redis-cut", "{3}'s connections to Redis are cut"},
    Named{Deed::split, "split", "nothing passes between {3} and Redis for {2}"},
};
const Named& named(Deed deed) { return deeds.at(static_cast<std::size_t>(deed)); }

Access made_up_access(Random& random, std::size_t person) {
  constexpr std::array windows{512UL, 4'096UL, 65'536UL, 65'536UL, 262'144UL};
  Access access{.address = fmt::format("10.0.0.{}", person + 1)};
  access.min_delay = random.between(Micros{20}, Micros{40'000});
  access.max_delay = access.min_delay + random.between(Micros{10}, Micros{200'000});
  access.window = random.one_of(windows);
  access.polls = random.chance(20);
  if (random.chance(50)) access.short_reads = static_cast<unsigned>(random.below(60));
  if (random.chance(50)) access.short_writes = static_cast<unsigned>(random.below(60));
  return access;
}

/// What people do. A deed that is listed twice is twice as likely.
constexpr std::array habits{Deed::say,     Deed::say,   Deed::say,   Deed::say,   Deed::say,
                            Deed::echo,    Deed::echo,  Deed::echo,  Deed::join,  Deed::join,
                            Deed::join,    Deed::leave, Deed::late,  Deed::block, Deed::refuse,
                            Deed::nothing, Deed::stop,  Deed::crash, Deed::go,    Deed::come,
                            Deed::come,    Deed::vanish};
/// What people of the presence world do.
constexpr std::array presence_habits{
    Deed::mood, Deed::mood, Deed::mood,  Deed::hide,   Deed::hide, Deed::join,
    Deed::join, Deed::join, Deed::leave, Deed::leave,  Deed::stop, Deed::crash,
    Deed::go,   Deed::come, Deed::come,  Deed::vanish, Deed::say};
/// What else may happen in any world.
constexpr std::array more_habits{Deed::mood, Deed::mood,  Deed::hide,    Deed::echo,
                                 Deed::join, Deed::crash, Deed::chatter, Deed::chatter};
constexpr std::array more_troubles{Deed::flap,     Deed::kick, Deed::announce,
                                   Deed::announce, Deed::jump, Deed::full};
constexpr std::array lies{"garbage", "bytes",   "half",    "huge", "pings",   "flood",   "stale",
                          "rejoin",  "refused", "close",   "deaf", "drop",    "http",    "deep",
                          "names",   "binary",  "session", "post", "strange", "strange", "blast"};

constexpr std::array troubles{Deed::cut,   Deed::cut,   Deed::silence, Deed::silence, Deed::busy,
                              Deed::sleep, Deed::stall, Deed::die,     Deed::deploy};
constexpr std::array cluster_troubles{
    Deed::cut,    Deed::silence,   Deed::sleep,     Deed::stall,     Deed::die,   Deed::die,
    Deed::deploy, Deed::redis_die, Deed::redis_cut, Deed::redis_cut, Deed::split, Deed::split};

/// When things happen: often together, because faults like company.
class Times {
 public:
  Times(Random& random, Millis length) : random_(random), length_(length) {
    for (auto left = random.between(1, 6); left > 0; --left) {
      moments_.push_back(random.between(Millis{1}, length));
    }
  }
  Millis next() {
    if (random_.chance(40)) return random_.between(Millis{1}, length_);
    const Millis later = random_.between(Millis{0}, Millis{random_.chance(50) ? 20 : 400});
    return random_.one_of(moments_) + later;
  }

 private:
  Random& random_;
  const Millis length_;
  std::vector<Millis> moments_;
};

/// So that what all say goes through the narrowest access.
std::size_t pause_of_chatter(const Scene& scene) {
  constexpr std::size_t bytes_of_pauses = 100 * 65'536;
  std::size_t narrowest = 65'536;
  for (const Access& access : scene.people) narrowest = std::min(narrowest, access.window);
  return bytes_of_pauses / narrowest;
}

Action made_up(Random& random, Times& times, const Scene& scene, Deed deed) {
  Action action{.at = times.next(), .deed = deed};
  action.who = random.below(scene.people.size());
  action.node = action.who % scene.nodes;
  action.topic = random.below(scene.topics);
  constexpr std::size_t windows = 8;  // more would take a slow network too long
  action.size = random.chance(10) ? random.below(90'000) : random.below(200);
  action.size = std::min(action.size, windows * scene.people[action.who].window);
  // A larger payload is handled on a worker, and what a channel says there is lost if it ends
  // first.
  if (deed == Deed::say) action.size = std::min<std::size_t>(action.size, 60'000);
  action.lasting = random.chance(50) ? random.between(Millis{1}, Millis{5'000})
                                     : random.between(Millis{5'000}, Millis{100'000});
  if (deed == Deed::jump) action.lasting *= 500;
  if (deed == Deed::kick) action.node = (action.who + action.size) % scene.nodes;
  if (deed == Deed::chatter) {
    action.lasting = random.between(Millis{1'000}, Millis{60'000});
    action.size = pause_of_chatter(scene);
  }
  if (deed == Deed::flap) action.lasting = random.between(Millis{500}, Millis{15'000});
  if (deed == Deed::stall) action.lasting = random.between(Millis{1}, Millis{8'000});
  if (deed == Deed::join && random.chance(20)) {
    constexpr std::array ways{"slow", "refused", "crash"};
    action.how = random.one_of(ways);
  }
  return action;
}

void sort_by_time(Scene& scene) {
  std::stable_sort(scene.actions.begin(), scene.actions.end(),
                   [](const Action& a, const Action& b) { return a.at < b.at; });
}

/// Drawn last, so that a new thing that may happen leaves the rest of a scene as it was.
void add_more(Random random, Times& times, Scene& scene) {
  scene.drifts = random.chance(40);
  if (random.chance(25)) {
    for (Access& access : scene.people)
      access.window = std::max<std::size_t>(access.window, 65'536);
    for (auto left = random.between(1, 3); left > 0; --left) {
      scene.actions.push_back(made_up(random, times, scene, Deed::chatter));
    }
  }
  if (random.chance(50)) scene.signals_at_once = random.between(1, 8);
  if (random.chance(50)) scene.kept_messages = 100;
  if (random.chance(50)) scene.to_redis.max_delay = random.between(Micros{2'000}, Micros{80'000});
  if (random.chance(50)) scene.max_channels = scene.topics;
  if (random.chance(50)) {
    scene.max_waiting_bytes = 250'000;
    for (Action& action : scene.actions) {
      if (action.deed != Deed::chatter) action.size = std::min<std::size_t>(action.size, 10'000);
    }
  }
  if (random.chance(50)) scene.drained_at_once = 1;
  if (random.chance(50)) {
    for (auto left = random.between(1, 12); left > 0; --left) {
      Action action = made_up(random, times, scene, random.one_of(more_habits));
      if (action.deed != Deed::chatter) action.size = std::min<std::size_t>(action.size, 10'000);
      if (action.deed == Deed::join) action.how = "slow";  // much waits for its end
      scene.actions.push_back(std::move(action));
    }
  }
  if (random.chance(50)) {
    for (auto left = random.between(1, 5); left > 0; --left) {
      scene.actions.push_back(made_up(random, times, scene, random.one_of(more_troubles)));
    }
  }
  if (!random.chance(40)) return;
  for (auto left = random.between(1, 2); left > 0; --left) {
    scene.liars.push_back({.address = fmt::format("10.6.6.{}", scene.liars.size() + 1)});
  }
  for (auto left = random.between(1, 12); left > 0; --left) {
    Action lie = made_up(random, times, scene, Deed::lie);
    lie.who = random.below(scene.liars.size());
    lie.node = random.below(scene.nodes);
    lie.how = random.one_of(lies);
    scene.actions.push_back(std::move(lie));
  }
}

/// A node leaves a topic's channel in Redis a second after its last member has gone. Some come back
/// just then. And one is disconnected by a node that is not its own.
void add_returns(Random random, Scene& scene) {
  scene.to_redis.max_delay = std::max(scene.to_redis.max_delay, Micros{50'000});
  for (auto left = random.between(2, 8); left > 0; --left) {
    Action leaves{.at = random.between(Millis{1'000}, scene.length), .deed = Deed::leave};
    leaves.who = random.below(scene.people.size());
    leaves.topic = random.below(scene.topics);
    Action comes = leaves;
    comes.deed = Deed::join;
    comes.at += random.chance(50) ? random.between(Millis{950}, Millis{1'250})
                                  : random.between(Millis{1'500}, Millis{6'000});
    scene.actions.push_back(leaves);
    scene.actions.push_back(comes);
    for (int i = 0; i < 4; ++i) {  // others talk meanwhile
      Action says = comes;
      says.deed = Deed::say;
      says.how = {};
      says.who = random.below(scene.people.size());
      says.at += random.between(Millis{0}, Millis{300});
      scene.actions.push_back(says);
    }
  }
  Action kick{.at = random.between(Millis{1'000}, scene.length), .deed = Deed::kick};
  kick.who = random.below(scene.people.size());
  kick.node = (kick.who + 1) % scene.nodes;
  scene.actions.push_back(kick);
  sort_by_time(scene);
}

/// People change their moods all the time while nothing passes between their node and Redis, until
/// it does again: what other nodes have missed lies between what they know and what comes next.
void add_gaps(Random random, Scene& scene) {
  constexpr Millis longest{12'000};
  Action split{.at = random.between(Millis{1'000}, scene.length), .deed = Deed::split};
  if (random.chance(50)) split.deed = Deed::redis_cut;
  split.who = random.below(scene.people.size());
  split.node = split.who % scene.nodes;
  split.lasting = random.between(Millis{1'000}, longest);
  scene.actions.push_back(split);
  const Millis until = split.at + split.lasting + Millis{4'000};
  for (Millis at = split.at - Millis{1'000}; at < until;) {
    at += random.between(Millis{100}, Millis{900});
    Action mood{.at = at, .deed = random.chance(80) ? Deed::mood : Deed::hide, .who = split.who};
    mood.topic = random.below(scene.topics);
    scene.actions.push_back(mood);
  }
  scene.length = std::max(scene.length, until);
  sort_by_time(scene);
}

/// A shard stands still, and someone says something meanwhile: a poll's window may end there just
/// as its session on another shard has something for it.
void add_standstills(Random random, Scene& scene) {
  for (auto left = random.between(1, 4); left > 0; --left) {
    Action stall{.at = random.between(Millis{1'000}, scene.length), .deed = Deed::stall};
    stall.who = random.below(scene.people.size());
    stall.lasting = random.between(Millis{3'000}, Millis{8'000});
    Action says{.deed = Deed::say};
    says.at = stall.at + random.between(Millis{0}, stall.lasting);
    says.who = random.below(scene.people.size());
    says.topic = random.below(scene.topics);
    scene.actions.push_back(stall);
    scene.actions.push_back(says);
  }
  sort_by_time(scene);
}

/// One talks for most of a minute, and faster than others can poll: each poll finds something.
void add_talker(Random random, Scene& scene) {
  constexpr std::size_t pause = 25;  // milliseconds
  for (Access& access : scene.people) access.window = std::max<std::size_t>(access.window, 65'536);
  scene.actions.push_back({.at = random.between(Millis{600}, Millis{5'000}),
                           .deed = Deed::chatter,
                           .size = pause,
                           .lasting = Millis{45'000}});
  sort_by_time(scene);
}

template <class Troubles, class Habits>
Scene made_up_scene(Random random, std::size_t nodes, const Troubles& fates, const Habits& usual) {
  Scene scene{.nodes = nodes, .shards = random.between(1, 3)};
  scene.topics = random.between(1, 3);
  scene.length = random.chance(50) ? random.between(Millis{1'000}, Millis{20'000})
                                   : random.between(Millis{20'000}, Millis{240'000});
  if (random.chance(50)) scene.messages_a_turn = random.between(1, 4);
  if (random.chance(50)) scene.turns_a_run = random.between(1, 8);
  const std::size_t people = random.between(2, 6);
  for (std::size_t i = 0; i < people; ++i) scene.people.push_back(made_up_access(random, i));
  for (std::size_t i = 0; i < people; ++i) {
    scene.actions.push_back({.at = random.between(Millis{0}, Millis{500}), .who = i});
    scene.actions.push_back({.at = random.between(Millis{0}, Millis{600}),
                             .deed = Deed::join,
                             .who = i,
                             .topic = random.below(scene.topics)});
  }
  Times times(random, scene.length);
  for (auto left = random.between(5, 120); left > 0; --left) {
    scene.actions.push_back(made_up(random, times, scene, random.one_of(usual)));
  }
  for (auto left = random.chance(20) ? 0 : random.between(1, 10); left > 0; --left) {
    scene.actions.push_back(made_up(random, times, scene, random.one_of(fates)));
  }
  add_more(Random(random.next()), times, scene);
  sort_by_time(scene);
  return scene;
}

}  // namespace

const char* name_of(Deed deed) { return named(deed).name; }

std::string to_string(const Action& action) {
  const std::string lasting =
      fmt::format("{:.1f} s", static_cast<double>(action.lasting.count()) / 1'000);
  std::string text = fmt::format(fmt::runtime(named(action.deed).told), person_name(action.who),
                                 topic_name(action.topic), lasting, node_name(action.node));
  if (action.deed == Deed::lie) return text + " " + action.how;
  if (!action.how.empty()) text += " (" + action.how + ")";
  if (action.deed >= Deed::say && action.deed <= Deed::refuse && action.size > 1'000) {
    text += fmt::format(" ({} bytes)", action.size);
  }
  return text;
}

std::string person_name(std::size_t person) {
  constexpr std::array names{"ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hal"};
  if (person < names.size()) return names.at(person);
  return fmt::format("guest{}", person);
}

std::string node_name(std::size_t node) {
  return node == 0 ? "the server" : fmt::format("server {}", node + 1);
}

std::string topic_name(std::size_t topic) {
  return fmt::format("room:{}", topic < 26 ? std::string(1, static_cast<char>('a' + topic))
                                           : std::to_string(topic));
}

Scene chat_scene(std::uint64_t seed) {
  return made_up_scene(Random(seed, "scene"), 1, troubles, habits);
}

Scene longpoll_scene(std::uint64_t seed) {
  Scene scene = made_up_scene(Random(seed, "longpoll scene"), 1, troubles, habits);
  for (Access& access : scene.people) access.polls = true;
  if (seed % 2 == 0) add_standstills(Random(seed, "standstills"), scene);
  if (seed % 8 == 0) add_talker(Random(seed, "talker"), scene);
  return scene;
}

Scene deploy_scene(std::uint64_t seed) {
  constexpr std::array deploys{Deed::deploy, Deed::deploy, Deed::deploy,
                               Deed::cut,    Deed::stall,  Deed::silence};
  Random random(seed, "deploy scene");
  const std::size_t nodes = random.between(1, 2);
  return made_up_scene(random, nodes, deploys, habits);
}

Scene cluster_scene(std::uint64_t seed) {
  Random random(seed, "cluster scene");
  const std::size_t nodes = random.between(2, 3);
  const bool per_topic = random.chance(40);
  Scene scene = made_up_scene(random, nodes, cluster_troubles, habits);
  scene.channel_per_topic = per_topic;
  if (per_topic) add_returns(Random(seed, "returns"), scene);
  return scene;
}

Scene presence_scene(std::uint64_t seed) {
  constexpr std::array trouble{Deed::cut,   Deed::cut, Deed::silence, Deed::sleep,
                               Deed::stall, Deed::die, Deed::deploy};
  constexpr std::array between{Deed::cut,       Deed::silence,  Deed::die,   Deed::deploy,
                               Deed::split,     Deed::split,    Deed::split, Deed::stall,
                               Deed::redis_cut, Deed::redis_die};
  Random random(seed, "presence scene");
  const std::size_t nodes = random.between(1, 3);
  Scene scene = nodes == 1 ? made_up_scene(random, nodes, trouble, presence_habits)
                           : made_up_scene(random, nodes, between, presence_habits);
  if (nodes > 1 && seed % 3 != 0) add_gaps(Random(seed, "gaps"), scene);
  const std::size_t users = random.between(1, scene.people.size());
  for (std::size_t i = 0; i < scene.people.size(); ++i) {
    scene.people[i].user = fmt::format("user{}", i % users);
  }
  return scene;
}

Scene long_scene(std::uint64_t seed, std::size_t people) {
  constexpr std::size_t in_a_room = 10;
  Random random(seed, "long scene");
  Scene scene{.nodes = 2, .shards = 2, .topics = (people + in_a_room - 1) / in_a_room};
  scene.length = std::chrono::hours(1);
  for (std::size_t i = 0; i < people; ++i) {
    scene.people.push_back({.address = fmt::format("10.0.{}.{}", i / 250, i % 250 + 1)});
    scene.actions.push_back({.at = random.between(Millis{0}, Millis{10'000}), .who = i});
    scene.actions.push_back(
        {.at = Millis{10'000}, .deed = Deed::join, .who = i, .topic = i / in_a_room});
    for (int minute = 1; minute < 60; ++minute) {  // each says something once a minute
      const Millis from = std::chrono::minutes(minute);
      scene.actions.push_back({.at = random.between(from, from + Millis{59'000}),
                               .deed = Deed::say,
                               .who = i,
                               .topic = i / in_a_room,
                               .size = 100});
    }
    scene.actions.push_back(
        {.at = random.between(Millis{60'000}, scene.length), .deed = Deed::cut, .who = i});
  }
  sort_by_time(scene);
  return scene;
}

}  // namespace phx::simulation
