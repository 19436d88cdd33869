#pragma once
/// \file
/// Who is present, put together from `presence_state` and `presence_diff`. Pure. Mirrors
/// phoenix.js's Presence.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "json/json.h"

namespace phx::client {

/// Neither copied nor moved.
class PresenceState {
 public:
  /// `before`: the presence as it was, if there was one; `change`: the metas that came or went.
  using OnChange = std::function<void(const std::string& key, const std::optional<Json>& before,
                                      const Json& change)>;
  struct Listeners {
    OnChange on_join = [](const auto&, const auto&, const auto&) {};
    OnChange on_leave = [](const auto&, const auto&, const auto&) {};
    std::function<void()> on_sync = [] {};
  };

  PresenceState() = default;
  PresenceState(const PresenceState&) = delete;
  PresenceState& operator=(const PresenceState&) = delete;

  Listeners& listeners() { return listeners_; }
  /// A whole list, which came in answer to the join with this ref.
  void state(const Json& list, const std::string& join_ref);
  /// A diff. It waits until the list of this join has come; one from before the join is dropped
  /// then. phoenix.js applies it, and may list someone for ever who has left.
  void diff(const Json& change, const std::string& join_ref);

  /// Each presence by its key: `{"metas":[…]}` and what else the server adds.
  const std::map<std::string, Json>& all() const { return presences_; }

 private:
  void keep(const Json& change, const std::string& join_ref);
  void merge(const Json& joins, const Json& leaves);
  void join(const std::string& key, const Json& joined);
  void leave(const std::string& key, const Json& left);

  std::map<std::string, Json> presences_;
  struct Early {
    Json change;
    std::size_t bytes;
    std::string join_ref;  ///< It is older than the list of a later join.
  };
  std::deque<Early> early_;  ///< Diffs that came before their list.
  std::size_t early_bytes_ = 0;
  std::optional<std::string> join_ref_;
  Listeners listeners_;
};

}  // namespace phx::client
