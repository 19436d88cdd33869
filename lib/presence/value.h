#pragma once
/// \file
/// One presence as replicas tell each other of it.

#include <map>
#include <memory>
#include <string>

#include "presence/state.h"

namespace phx::presence {

/// Never changed, so that states, deltas and their generations share it.
struct Value {
  std::string topic;
  std::string key;
  Meta meta;  ///< Its pid is none where the process is another node's.
  /// `{Pid, Topic, Key, Meta}` as another node wrote it, which is how it is relayed; empty for this
  /// node's own.
  std::string written = {};
};
using ValuePtr = std::shared_ptr<const Value>;

/// What has changed, by topic.
using Diffs = std::map<std::string, Diff>;

}  // namespace phx::presence
