#pragma once
/// \file
/// A node that asks ours for all presences of others, and looks at what each answers.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "conformance/simulation/world/oracle.h"
#include "presence/presence.h"
#include "presence/shared_state.h"
#include "presence/tracker_message.h"

namespace phx::simulation {

/// `key meta` of all metas on a topic.
std::set<std::string> shown(const Json& list);

/// Neither copied nor moved.
class Asker {
 public:
  struct Question {
    presence::Clocks known;                      ///< Of the replicas that it asks about.
    std::optional<presence::Clocks> after = {};  ///< It asks for a page, as a node of this library.
    /// What an answer must have, by topic.
    std::map<std::string, std::set<std::string>> due = {};
    bool is_due = true;  ///< Each of our nodes answers; otherwise it may.
  };
  Asker(Oracle& oracle, const std::string& name, std::shared_ptr<const Question> question);
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  const std::string& name() const { return name_; }
  presence::TransferRequest request() const;
  /// The answer of a node of ours, or a slice of it.
  void hear(const presence::TransferAck& ack);
  /// As many nodes have answered.
  void check(std::size_t nodes) const;

 private:
  /// What a node has said so far.
  struct Heard {
    explicit Heard(const presence::ReplicaRef& self) : state(self, list) {}
    presence::State list;
    presence::SharedState state;
    std::size_t answers = 0;
  };
  void look(const presence::ReplicaRef& node, const Heard& heard) const;

  Oracle& oracle_;
  const std::string name_;
  const std::shared_ptr<const Question> question_;
  std::map<presence::ReplicaRef, std::unique_ptr<Heard>> heard_;
};

}  // namespace phx::simulation
