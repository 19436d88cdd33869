#pragma once
/// \file
/// Who is here, as a client works it out from a state and the diffs behind it.
///
/// It merges as phoenix.js's Presence does (syncState, syncDiff): so whoever follows a topic from
/// its join on must come to the same list as everybody else.

#include <map>
#include <string>
#include <vector>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {

class PresenceList {
 public:
  /// A `presence_state` takes the place of all that was known; diffs that came before it count
  /// after it.
  void take_state(const Json& state);
  /// A `presence_diff`.
  void take_diff(const Json& diff);

  bool has(const std::string& key) const { return metas_.contains(key); }
  /// The keys in order, each with its metas in theirs.
  std::string text() const;

 private:
  void merge(const Json& diff);
  void join(const std::string& key, const Json& metas);
  void leave(const std::string& key, const Json& metas);

  std::map<std::string, std::vector<Json>> metas_;
  std::vector<Json> early_;  ///< Diffs that came before the state.
  bool has_state_ = false;
};

}  // namespace phx::conformance
