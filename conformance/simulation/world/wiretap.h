#pragma once
/// \file
/// Reads what goes over the wires, by code of its own, and knows what may.

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/journal.h"
#include "conformance/simulation/world/oracle.h"
#include "conformance/simulation/world/predicted.h"

namespace phx::simulation {

/// Neither copied nor moved.
class Wiretap final : public WireUser {
 public:
  /// `alone`: there is one server.
  Wiretap(Machine& machine, Journal& journal, Oracle& oracle, bool alone)
      : machine_(machine), journal_(journal), oracle_(oracle), alone_(alone) {
    machine.network.watch(*this);
  }

  void carried(const Wire& wire, bool to_client, std::string_view bytes) override;
  void ended(const Wire& wire, bool clients_end, const std::string& why) override;

  /// At rest: each join that has not ended on the wire has a living channel, and each topic one.
  void check_rest();

  std::uint64_t frames() const { return frames_; }
  /// In how many ways a frame found things, each as a line: see state().
  const std::set<std::string>& states() const { return states_; }
  /// A poll of this client's has reached its server, and is not answered.
  bool is_held(const std::string& owner) const;

  /// One frame, as it reached its reader.
  struct Passed {
    int wire;
    std::string owner;
    Clock::time_point when;
    bool to_client;
    std::string text;
  };
  /// All of them, if the journal keeps what happens.
  const std::vector<Passed>& passed() const { return passed_; }

 private:
  /// What has been read of one connection.
  struct Conversation {
    std::string owner = {};
    int wire = 0;
    std::string unread[2] = {};
    bool client_ended = false;
    bool server_ended = false;
    bool polls = false;
    bool open[2] = {};                      ///< The handshake is over.
    std::deque<std::string> requests = {};  ///< Of a client that polls: their methods, unanswered.
    /// What may still be answered: topic, join_ref and event by ref.
    struct Asked {
      std::string topic, join_ref;
      bool join = false;
    };
    std::map<std::string, Asked> asked = {};
    std::map<std::string, unsigned> joins = {};        ///< How often, by topic.
    std::map<std::string, std::string> joined = {};    ///< Living joins: topic by join_ref.
    std::map<std::string, std::string> occupied = {};  ///< The client's: join_ref by topic.
    std::set<std::string> crashing = {};               ///< Joins whose channel was asked to crash.
    Predicted predicted = {};
  };
  void read(const Wire& wire, Conversation& of, bool to_client);
  void read_http(const Wire& wire, Conversation& of, bool to_client);
  /// What a whole request or answer brings, to the session that its owner has.
  void posted(const Wire& wire, std::string_view body);
  void polled(const Wire& wire, std::string_view body);
  void hear(const Wire& wire, Conversation& of, bool to_client, const std::string& text);
  /// The frame's kind, and what it finds: living joins of its topic and messages there without an
  /// answer (up to three), whether the server believes in a member, and what is not as usual.
  std::string state(const Conversation& of, const SeenFrame& seen, bool to_client) const;
  void note(const Wire& wire, bool to_client, const std::string& text, bool heartbeat);
  /// Whether its client has no newer connection. What was on its way as the client ended one may
  /// get there after the first messages of the next.
  bool is_latest(const Conversation& of) const { return latest_.at(of.owner) == of.wire; }
  void from_client(Conversation& of, const SeenFrame& seen);
  void from_server(int wire, Conversation& of, const SeenFrame& seen);

  Machine& machine_;
  Journal& journal_;
  Oracle& oracle_;
  const bool alone_;
  std::map<int, Conversation> conversations_;
  std::map<std::string, int> latest_;             ///< Each client's newest connection.
  std::map<std::string, Conversation> sessions_;  ///< Of those that poll, by owner.
  std::uint64_t frames_ = 0;
  std::set<std::string> states_;
  std::vector<Passed> passed_;
};

}  // namespace phx::simulation
