#pragma once
/// \file
/// The presences of each topic, as a value: each operation returns the changes.
///
/// It knows processes only by their pids, and neither clock nor wire, so that it can be read and
/// tested by itself. The state of a cluster is SharedState.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json.h"
#include "process/pid.h"

namespace phx::presence {

/// One presence: a process with its meta. `phx_ref` names the meta.
struct Meta {
  process::Pid pid;
  std::string phx_ref;
  Json said;  ///< An object, without phx_ref.

  /// `said` with its phx_ref, as clients see it.
  Json shown() const;
};

/// Each key (usually a user) with its metas, in the order of tracking.
using Presences = std::map<std::string, std::vector<Meta>, std::less<>>;

/// `{key: {"metas": [{…, "phx_ref": R}]}}`, as clients see it.
Json shown(const Presences& presences);

//! [diff]
/// Joins and leaves on one topic.
struct Diff {
  Presences joins;
  Presences leaves;
  bool empty() const { return joins.empty() && leaves.empty(); }
};
//! [diff]

class State {
 public:
  // An empty diff: nothing has changed.

  /// Changes nothing if the process is already tracked under this key of this topic. Mirrors
  /// Phoenix.Tracker.track/5.
  Diff track(std::string_view topic, std::string_view key, Meta meta);
  /// The old meta leaves, the new one joins with the old one's ref as `phx_ref_prev`. Changes
  /// nothing if the process is not tracked. Mirrors Phoenix.Tracker.update/5.
  Diff update(std::string_view topic, std::string_view key, Meta meta);
  Diff untrack(std::string_view topic, std::string_view key, process::Pid pid);
  /// Removes all of an ended process's metas, by topic.
  std::map<std::string, Diff> forget(process::Pid pid);

  /// All processes of this shard that are present anywhere.
  std::set<process::Pid> processes(std::uint32_t shard) const;
  /// Empty without presences.
  const Presences& on(std::string_view topic) const;
  /// Topics with a presence: what the state costs grows with them.
  std::size_t topics() const { return topics_.size(); }

 private:
  struct Place {
    std::string topic, key;
    bool operator==(const Place&) const = default;
  };
  void left(process::Pid pid, const Place& place);

  std::map<std::string, Presences, std::less<>> topics_;
  /// Each process's places, so that its end costs only these.
  std::unordered_map<process::Pid, std::vector<Place>> places_;
};

}  // namespace phx::presence
