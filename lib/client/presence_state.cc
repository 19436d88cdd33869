/// Lists and diffs, each meta once.

#include "client/presence_state.h"

#include <algorithm>

namespace phx::client {
namespace {

// A server that sends diffs, and never the list, must not fill our memory.
constexpr std::size_t max_early = 1'000;
constexpr std::size_t max_early_bytes = 16'000'000;

bool has_ref(const Json& metas, const Json& ref) {
  for (std::size_t i = 0; i < metas.size(); ++i) {
    if (metas[i]["phx_ref"] == ref) return true;
  }
  return false;
}

/// The metas whose phx_ref is not among `others`.
Json without(const Json& metas, const Json& others) {
  Json left = Json::array();
  for (std::size_t i = 0; i < metas.size(); ++i) {
    if (!has_ref(others, metas[i]["phx_ref"])) left.append(metas[i]);
  }
  return left;
}

Json with_metas(Json presence, Json metas) {
  presence.set("metas", std::move(metas));
  return presence;
}

}  // namespace

void PresenceState::state(const Json& list, const std::string& join_ref) {
  Json joins = Json::object();
  Json leaves = Json::object();
  for (const auto& [key, known] : presences_) {
    const Json gone = without(known["metas"], list[key]["metas"]);
    if (!list[key].is_object()) {
      leaves.set(key, known);
    } else if (gone.size() > 0) {
      leaves.set(key, with_metas(known, gone));
    }
  }
  for (const auto& [key, presence] : list.sorted_members()) {
    const auto known = presences_.find(key);
    if (!presence.is_object()) continue;
    const bool is_new = known == presences_.end();
    const Json came =
        is_new ? presence["metas"] : without(presence["metas"], known->second["metas"]);
    if (is_new || came.size() > 0) joins.set(key, with_metas(presence, came));
  }
  join_ref_ = join_ref;
  merge(joins, leaves);
  const auto early = std::exchange(early_, {});
  early_bytes_ = 0;
  for (const Early& one : early) {
    if (one.join_ref == join_ref) merge(one.change["joins"], one.change["leaves"]);
  }
  listeners_.on_sync();
}

void PresenceState::diff(const Json& change, const std::string& join_ref) {
  if (join_ref_ != join_ref) {
    return keep(change, join_ref);
  }
  merge(change["joins"], change["leaves"]);
  listeners_.on_sync();
}

/// The oldest go first: the list that may come knows of them.
void PresenceState::keep(const Json& change, const std::string& join_ref) {
  early_.push_back({change, change.dump().size(), join_ref});
  early_bytes_ += early_.back().bytes;
  while (early_.size() > max_early || early_bytes_ > max_early_bytes) {
    early_bytes_ -= early_.front().bytes;
    early_.pop_front();
  }
}

void PresenceState::merge(const Json& joins, const Json& leaves) {
  for (const auto& [key, presence] : joins.sorted_members()) {
    if (presence.is_object()) join(key, presence);
  }
  for (const auto& [key, presence] : leaves.sorted_members()) leave(key, presence);
}

void PresenceState::join(const std::string& key, const Json& joined) {
  const auto known = presences_.find(key);
  const auto before = known == presences_.end() ? std::nullopt : std::optional(known->second);
  Json metas = before ? without((*before)["metas"], joined["metas"]) : Json::array();
  for (std::size_t i = 0; i < joined["metas"].size(); ++i) metas.append(joined["metas"][i]);
  presences_.insert_or_assign(key, with_metas(joined, std::move(metas)));
  listeners_.on_join(key, before, joined);
}

void PresenceState::leave(const std::string& key, const Json& left) {
  const auto known = presences_.find(key);
  if (known == presences_.end()) return;
  const Json now = with_metas(known->second, without(known->second["metas"], left["metas"]));
  known->second = now;
  listeners_.on_leave(key, now, left);
  if (now["metas"].size() == 0) presences_.erase(key);
}

}  // namespace phx::client
