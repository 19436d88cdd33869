#pragma once
/// \file
/// A node that is not ours: it speaks with our nodes through Redis, as a node of Phoenix does or as
/// one of this library with pages of two presences, and says what neither would.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cluster/channels.h"
#include "cluster/envelope.h"
#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/asker.h"
#include "conformance/simulation/world/oracle.h"
#include "conformance/simulation/world/redis.h"
#include "presence/presence.h"
#include "presence/replica.h"
#include "presence/wire.h"

namespace phx::simulation {

/// Neither copied nor moved.
class Foreigner {
 public:
  struct Options {
    bool pages = false;                   ///< It is of this library's kind.
    bool tells_all = false;               ///< With each change, all that it has.
    std::size_t presences = 5;            ///< On its own topic.
    std::vector<std::string> nodes = {};  ///< The names of ours.
    cluster::Channels channels{"World.PubSub", cluster::ChannelPer::cluster};
    cluster::EnvelopeOptions limits = {};  ///< Of ours.
  };
  Foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Options& options);
  Foreigner(const Foreigner&) = delete;
  Foreigner& operator=(const Foreigner&) = delete;
  ~Foreigner();

  Host& host() { return host_; }
  /// Its first messages are lost; from then on it does what a node does, and tells lies in between.
  void come();
  /// Each of our nodes lists its presences, and no others.
  void check(const std::string& node, const Presence& listed) const;
  /// It lists what this node does.
  void check_own_list(const std::string& topic, const Presence& listed) const;
  /// Some of its presences leave, others change.
  void change();
  /// It says goodbye, or falls silent.
  void go(bool says_goodbye);
  /// While it is silent, it changes, and a late answer says so.
  void answer_late();
  /// After a silence. If it was short, so that our nodes keep its presences, another node asks for
  /// these at once.
  void come_back(bool was_short);
  /// Says goodbye, and goes on at once. If there is a crowd, another node asks just before: its
  /// answers may be dropped, and must not be wrong.
  void go_and_return();
  /// Nodes with other names ask for all that ours have, twice each. Its own change comes too late
  /// for their answers.
  void ask_as_others();
  /// They ask for less: for a page from the middle, and for what it has changed last.
  void ask_for_the_rest();
  /// Our nodes have answered them.
  void check_answers() const;
  /// Ends the connections of this user.
  void disconnect(const std::string& user);
  /// Says more on its own topic than is traced.
  void chatter();
  /// Says something in a room of people, as a channel of Phoenix does.
  void say_in(const std::string& topic);

  static constexpr const char* topic = "hall:abroad";
  static constexpr const char* crowds_topic = "hall:crowd";

 private:
  void tick();
  void hear(const std::string& channel, const std::string& bytes);
  void act(presence::Replica::Turn turn);
  void send(std::string term, const std::optional<etf::Term>& to);
  void publish(const std::string& bytes);
  void track(std::size_t number);
  void lie();
  void forge(const presence::TransferRequest& request);
  presence::TrackerMessage told(const presence::TrackerMessage& message) const;
  void ask(std::shared_ptr<const Asker::Question> question);
  Asker::Question of_all() const;

  Machine& machine_;
  Oracle& oracle_;
  Redis& redis_;
  Host host_;
  const Options options_;
  const std::string name_ = "abroad";
  presence::State list_;
  presence::Replica replica_;
  const presence::PidSpace pids_{{"abroad@phx"}, 7};
  std::unique_ptr<presence::LongAckWriter> long_answer_;
  std::size_t ticks_ = 0;
  std::map<std::string, std::vector<std::string>> lies_;  ///< By the node that they are for.
  std::set<std::string> told_;                            ///< It does not believe itself.
  std::size_t next_lie_ = 0;
  std::vector<std::unique_ptr<Asker>> askers_;
  std::deque<std::pair<std::string, std::string>> heard_;  ///< Channels and messages, in order.
  bool there_ = false;
  bool has_forged_ = false;
};

}  // namespace phx::simulation
