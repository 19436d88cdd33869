#pragma once
/// \file
/// One presence as replicas send it to each other.

#include <map>
#include <memory>
#include <string>

#include "presence/state.h"

namespace phx::presence {

/// Immutable, so that states, deltas and generations share it.
struct Value {
  std::string topic;
  std::string key;
  Meta meta;  ///< Its pid is empty if the process is another node's.
  /// `{Pid, Topic, Key, Meta}` as another node encoded it, and as it is relayed; empty for this
  /// node's own.
  std::string written = {};
};
using ValuePtr = std::shared_ptr<const Value>;

/// The changes, by topic.
using Diffs = std::map<std::string, Diff>;

}  // namespace phx::presence
