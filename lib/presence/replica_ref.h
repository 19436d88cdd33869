#pragma once
/// \file
/// Names one run of one node's tracker, and each operation of it.

#include <compare>
#include <cstdint>
#include <memory>
#include <utility>

#include "etf/term.h"

namespace phx::presence {

/// `{Name, Vsn}`: a node, and one of its runs. A name may be any term, a version any integer; a
/// node that restarts has another version. Copies share. Mirrors Phoenix.Tracker.Replica.ref/1.
class ReplicaRef {
 public:
  /// The replica of a node without others.
  ReplicaRef() : ReplicaRef(etf::Term(), etf::Term(0)) {}
  ReplicaRef(etf::Term name, etf::Term vsn)
      : names_(std::make_shared<const Names>(Names{std::move(name), std::move(vsn)})) {}

  const etf::Term& name() const { return names_->name; }
  const etf::Term& vsn() const { return names_->vsn; }

  bool operator==(const ReplicaRef& other) const {
    return names_ == other.names_ || *names_ == *other.names_;
  }
  std::strong_ordering operator<=>(const ReplicaRef& other) const {
    return names_ == other.names_ ? std::strong_ordering::equal : *names_ <=> *other.names_;
  }

 private:
  struct Names {
    etf::Term name, vsn;
    bool operator==(const Names&) const = default;
    std::strong_ordering operator<=>(const Names&) const = default;
  };
  std::shared_ptr<const Names> names_;
};

/// A replica counts its operations: the first is 1.
using Count = std::uint64_t;

/// The operation that added a presence: each presence has its own tag.
struct Tag {
  ReplicaRef replica;
  Count count = 0;
  bool operator==(const Tag&) const = default;
  std::strong_ordering operator<=>(const Tag&) const = default;
};

}  // namespace phx::presence
