#pragma once
/// \file
/// A world in a box: one scene played to its end, and whether each invariant held.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/guests.h"
#include "conformance/simulation/world/journal.h"
#include "conformance/simulation/world/liar.h"
#include "conformance/simulation/world/node.h"
#include "conformance/simulation/world/oracle.h"
#include "conformance/simulation/world/person.h"
#include "conformance/simulation/world/redis.h"
#include "conformance/simulation/world/scene.h"
#include "conformance/simulation/world/wiretap.h"

namespace phx::simulation {

/// How a world ended. A value.
struct Outcome {
  std::optional<Violation> violation = {};
  std::uint64_t hash = 0;  ///< Of the whole trace.
  std::uint64_t steps = 0;
  std::uint64_t frames = 0;           ///< On the wire.
  std::uint64_t faults = 0;           ///< That fate has brought.
  std::set<std::string> states = {};  ///< See Wiretap::states().
  Millis lived{0};                    ///< In the world's own time.
  Clock::time_point when{};           ///< Of the violation.
};

/// Neither copied nor moved. One at a time, and one a process: the library's own caches stay.
class World {
 public:
  World(std::uint64_t seed, Scene scene, bool keeps_trace);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// Of a small scene: plays what comes before its `|`.
  void settle();
  /// From then on, `choices` decide, until the scene's time for it is over: see play().
  void choose_by(Choices& choices);
  /// Plays the scene, lets the trouble end, looks whether all are back, lets all go, and looks
  /// whether anything is left; stops at the first violation.
  Outcome play();
  /// Every step, if it was to be kept.
  const std::string& trace() const { return journal_.text(); }
  /// What people did, what went over the wires, what broke: the same as a sequence diagram.
  const std::string& tale() const { return journal_.tale(); }
  const std::vector<Wiretap::Passed>& frames() const { return wiretap_.passed(); }
  /// What play() throws once its time is later than that.
  struct GivenUp {};
  void give_up_after(Clock::time_point when) { give_up_after_ = when; }
  /// Stops before that step, for a debugger.
  void stop_at(std::uint64_t step, std::function<void()> stop) {
    stop_at_ = step;
    stop_ = std::move(stop);
  }

 private:
  void schedule(const Action& action);
  /// The next that this person does in a small scene.
  void act_next(std::size_t who);
  void act(const Action& action);
  void act_on_network(const Action& action);
  void act_on_server(const Action& action);
  void act_on_redis(const Action& action);
  void act_on_node(const Action& action);
  void flap(const Action& action);
  void chatter(const Action& action, Clock::time_point until);
  void lie(const Action& action);
  void later(Millis wait, std::function<void()> what);
  /// A node of the cluster, or the only one.
  struct Server {
    std::string name;
    std::size_t number;
    std::string generation = {};  ///< Of `node`.
    unsigned full_logs = 0;       ///< How many reasons there are for its log to take nothing.
    std::unique_ptr<Access> to_redis = std::make_unique<Access>();
    std::unique_ptr<Node> node = {};
    const Presence* presence = nullptr;  ///< Of `node`.
  };
  std::string name_in_cluster(const Server& server) const;
  void start(Server& server);
  bool is_cluster() const { return servers_.size() > 1; }
  void trouble_people_of(const Server& server, Millis lasting, bool drains = false);
  void trouble_between_nodes(Millis lasting);
  /// Its nodes and Redis reach each other again.
  void mend_split(const Server& server);
  void heal();
  /// False: an invariant is broken.
  bool pass(Millis time);
  void check_rest();
  /// A join is answered on that shard.
  void check_subscribed(const std::string& topic, const std::string& place);
  /// False: something waits at rest, and an invariant is broken.
  bool is_still();
  void check_nodes_are_quiet();
  void call_roll();
  /// Guests come to the world at rest, and get what is due; to a cluster, also a node that is not
  /// ours.
  void receive_guests();
  /// All clients have gone a moment ago.
  void check_all_missed();
  void check_nothing_left();
  void logged(const Server& server, Level level, const std::string& line);

  const Scene scene_;
  Journal journal_;
  Oracle oracle_;
  Machine machine_;
  Wiretap wiretap_;
  Host fate_;
  std::vector<std::unique_ptr<Node>> draining_;
  std::vector<Server> servers_;
  std::unique_ptr<Redis> redis_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::unique_ptr<Liar>> liars_;
  const std::size_t rules_;                  ///< Of the house: see Errand.
  std::vector<std::deque<Action>> in_turn_;  ///< Of a small scene, by person.
  int generation_ = 0;                       ///< Of nodes.
  std::uint64_t faults_ = 0;
  std::uint64_t requests_before_ = 0;  ///< The roll call: Redis::transfer_requests.
  std::optional<Clock::time_point> give_up_after_;
  std::uint64_t stop_at_ = 0;
  std::function<void()> stop_;
};

}  // namespace phx::simulation
