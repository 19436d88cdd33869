/// Merges answers into a list of its own, and compares.

#include "conformance/simulation/world/asker.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace phx::simulation {

std::set<std::string> shown(const Json& list) {
  std::set<std::string> all;
  for (const auto& [key, presence] : list.sorted_members()) {
    for (std::size_t i = 0; i < presence["metas"].size(); ++i) {
      all.insert(fmt::format("{} {}", key, presence["metas"][i].dump()));
    }
  }
  return all;
}

Asker::Asker(Oracle& oracle, const std::string& name, std::shared_ptr<const Question> question)
    : oracle_(oracle), name_(name), question_(std::move(question)) {}

presence::TransferRequest Asker::request() const {
  const presence::ReplicaRef self(etf::Term(name_), 7);
  presence::TransferRequest request{7, self, {self, question_->known}};
  request.after = question_->after;
  return request;
}

void Asker::hear(const presence::TransferAck& ack) {
  auto& heard = heard_[ack.from];
  if (!heard) {
    heard = std::make_unique<Heard>(presence::ReplicaRef(etf::Term(name_), 7));
    for (const auto& [ref, clock] : question_->known) heard->state.replica_up(ref);
  }
  // A delta may have what some of the replicas have done, and nothing of the others.
  if (const auto* delta = std::get_if<presence::Delta>(&ack.transfer)) {
    const bool from_the_start = !question_->after || !question_->due.empty();
    if (from_the_start && presence::dominates_or_equal(question_->known, delta->start)) {
      ++heard->answers;
      return;
    }
    oracle_.violated(invariants::due_answer, name_ + " gets a delta that leaves a gap");
  }
  std::visit([&](const auto& transfer) { heard->state.merge(transfer); }, ack.transfer);
  if (ack.has_more) return;
  if (++heard->answers == 1) look(ack.from, *heard);
}

void Asker::look(const presence::ReplicaRef& node, const Heard& heard) const {
  for (const auto& [topic, due] : question_->due) {
    const auto got = shown(presence::shown(heard.list.on(topic)));
    if (got == due) continue;
    oracle_.violated(
        invariants::due_answer,
        fmt::format(
            "{} asked for presences, and {} answers {} of {}, in place of {}", name_,
            node.name().get<std::string>() != nullptr ? *node.name().get<std::string>() : "a node",
            got.size(), topic, due.size()));
  }
}

void Asker::check(std::size_t nodes) const {
  if (heard_.size() > nodes || (question_->is_due && heard_.size() < nodes)) {
    oracle_.violated(invariants::due_answer, fmt::format("{} asked {} nodes, and {} answered",
                                                         name_, nodes, heard_.size()));
  }
}

}  // namespace phx::simulation
