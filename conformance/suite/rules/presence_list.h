#pragma once
/// \file
/// The presence list, as a client derives it from a state and the diffs after it.
///
/// It merges as phoenix.js's Presence does (syncState, syncDiff): so every client that follows a
/// topic from its join must get the same list.

#include <map>
#include <string>
#include <vector>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {

class PresenceList {
 public:
  /// A `presence_state` replaces the list; earlier diffs are applied after it.
  void take_state(const Json& state);
  /// A `presence_diff`.
  void take_diff(const Json& diff);

  bool has(const std::string& key) const { return metas_.contains(key); }
  /// The keys in order, each with its metas in order.
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
