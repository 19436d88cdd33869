#pragma once
/// \file
/// One person of a chat: a real phx::Client, what the person wants of it, and what it tells.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/presence_list.h"
#include "conformance/simulation/machine/client_loop.h"
#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/oracle.h"

namespace phx::simulation {

/// Neither copied nor moved.
class Person {
 public:
  Person(Machine& machine, Oracle& oracle, std::string name, Access access);
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person();

  const std::string& name() const { return host_.name; }
  Host& host() { return host_; }
  Access& access() { return access_; }

  // What a person does, each on its own host.
  /// Makes a client, if there is none, and connects.
  void come(const std::string& node);
  void join(const std::string& topic, const std::string& how);
  void leave(const std::string& topic);
  /// Asks the room of `topic` for `event`; without a seat there, another's. Without any it does
  /// nothing.
  void ask(const std::string& topic, const std::string& event, std::size_t filler);
  /// Says something in each of its rooms.
  void answer_roll_call();
  /// Closes the connection, and stays away until come().
  void go();
  /// The program ends, without a goodbye of its topics.
  void vanish();

  /// Something has happened to it that may cost it an answer.
  void disturb() { ++disturbances_; }
  /// The same, and it may cost it its connection.
  void shake() {
    disturb();
    shaken_ = machine_.agenda.now();
    expects_restart_ = false;
  }
  /// The same for what lasts until calm_down().
  void trouble() {
    shake();
    ++troubles_;
  }
  void calm_down() {
    disturb();
    if (troubles_ > 0) --troubles_;
  }

  /// Its server drains: if all is well, the connection ends with 1012; of one that polls, the
  /// session is gone, unless its poll was not there yet (`is_held`) and is lost.
  void expect_restart(bool is_held);
  /// A server disconnects this person. Returns what check_kicked() takes, or nothing if nothing
  /// must come of it.
  std::optional<std::uint64_t> kick();
  /// Not if more has happened to it since.
  void check_kicked(std::uint64_t kicked);

  // At rest.
  /// The client is connected, and its topics are joined, as it wants. Reports what is not so.
  void check_back();
  /// Bytes that its client has not sent yet.
  std::size_t unsent() const { return there_ && client_ ? client_->waiting_bytes() : 0; }
  /// In how many rooms this person wants to be.
  std::size_t wanted() const;

 private:
  struct Seat;
  /// How long the client waits before it tries again, by its options: from the first try on.
  struct Waits {
    std::optional<Clock::time_point> since = {};
    std::size_t tries = 0;
    bool known = false;  ///< The number of tries.

    void begin(Clock::time_point now) { since = now; }
    void start_anew() { *this = {.known = true}; }
    /// It waits no longer; the try that it waited for counts.
    void give_up() {
      if (since) ++tries;
      since.reset();
    }
  };
  std::unique_ptr<Client> new_client(const std::string& node);
  void opened() { open_ = true; }
  void closed(const ClientClosed& why);
  /// It tries again.
  void check_wait(Waits& waits, const std::vector<Millis>& table, const std::string& what);
  Clock::time_point now() const;
  /// A message has come.
  void hears() { reconnects_.start_anew(); }
  const std::string& user() const { return access_.user.empty() ? name() : access_.user; }
  void check_told(const std::string& topic, const Seat& seat);
  /// What has happened to it may still cost it its connection.
  bool shaken() const;
  /// Its connection or a seat has ended. A client that polls may also miss what was said: an answer
  /// that is lost on the way is not sent again, as in Phoenix.
  void lose_sight();
  void lose_sight(const std::string& topic);
  /// See Traffic::still().
  Clock::duration still() const { return machine_.network.still(access_); }
  void sit(const std::shared_ptr<Seat>& seat, const std::string& topic, const std::string& how);

  Machine& machine_;
  Oracle& oracle_;
  Host host_;
  Access access_;
  uv_loop_s loop_{host_, access_};
  std::unique_ptr<Client> client_;
  std::map<std::string, std::shared_ptr<Seat>> seats_;  ///< Where it wants to be, by topic.
  bool there_ = false;
  std::uint64_t disturbances_ = 0;
  int works_ = 0;          ///< Questions for worker threads that are not answered.
  unsigned troubles_ = 0;  ///< That last.
  bool open_ = false;
  bool expects_restart_ = false;
  std::uint64_t polls_before_restart_ = 0;  ///< Oracle::answered_polls
  std::uint64_t closes_ = 0;                ///< How often a connection has ended.
  unsigned closed_with_ = 0;                ///< The latest of these.
  Clock::time_point shaken_ = Host::beginning;
  Clock::time_point kicked_ = Host::beginning;
  Waits reconnects_;
};

}  // namespace phx::simulation
