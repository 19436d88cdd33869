#pragma once
/// \file
/// Who is present on which topic, as a value: what changes it gives back what has changed.
///
/// Knows no processes but by their names, no clock and no wire, so that it can be read and tested
/// by itself. Mirrors Phoenix.Tracker.State, for one node.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json.h"
#include "process/pid.h"

namespace phx::presence {

/// One presence: a process is here, and says this of itself. `phx_ref` names the saying.
struct Meta {
  process::Pid pid;
  std::string phx_ref;
  Json said;  ///< An object, without phx_ref.

  /// `said` with its phx_ref: as clients see it.
  Json shown() const;
};

/// Under each key (a user, mostly) its metas, in the order in which they were tracked.
using Presences = std::map<std::string, std::vector<Meta>, std::less<>>;

/// `{key: {"metas": [{…, "phx_ref": R}]}}`: what clients are shown.
Json shown(const Presences& presences);

//! [diff]
/// What has come and gone on one topic.
struct Diff {
  Presences joins;
  Presences leaves;
  bool empty() const { return joins.empty() && leaves.empty(); }
};
//! [diff]

class State {
 public:
  // A diff that is empty: nothing has changed.

  /// Nothing changes where the process is tracked under this key of this topic already. Mirrors
  /// Phoenix.Tracker.track/5.
  Diff track(std::string_view topic, std::string_view key, Meta meta);
  /// The old meta leaves, the new one joins with the old one's ref as `phx_ref_prev`. Nothing
  /// changes where the process is not tracked. Mirrors Phoenix.Tracker.update/5.
  Diff update(std::string_view topic, std::string_view key, Meta meta);
  Diff untrack(std::string_view topic, std::string_view key, process::Pid pid);
  /// All that a process said on any topic, by topic: it has ended.
  std::map<std::string, Diff> forget(process::Pid pid);

  /// All of this shard that are present anywhere.
  std::set<process::Pid> processes(std::uint32_t shard) const;
  /// Empty where nobody is.
  const Presences& on(std::string_view topic) const;

 private:
  struct Place {
    std::string topic, key;
    bool operator==(const Place&) const = default;
  };
  void left(process::Pid pid, const Place& place);

  std::map<std::string, Presences, std::less<>> topics_;
  /// Where each process is present, so that its end costs what it had, and not what all have.
  std::unordered_map<process::Pid, std::vector<Place>> places_;
};

}  // namespace phx::presence
