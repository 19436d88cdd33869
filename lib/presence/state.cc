/// Adds and removes presences, and returns each change as a diff. Maps only.

#include "presence/state.h"

#include <algorithm>
#include <optional>

namespace phx::presence {
namespace {

Json with(Json object, std::string_view key, const std::string& value) {
  object.set(key, value);
  return object;
}

auto find_meta(std::vector<Meta>& metas, process::Pid pid) {
  return std::find_if(metas.begin(), metas.end(),
                      [&](const Meta& meta) { return meta.pid == pid; });
}

/// Removes a process's meta from a key; the key is removed with its last one.
std::optional<Meta> take(Presences& presences, std::string_view key, process::Pid pid) {
  const auto found = presences.find(key);
  if (found == presences.end()) return std::nullopt;
  const auto meta = find_meta(found->second, pid);
  if (meta == found->second.end()) return std::nullopt;
  Meta taken = std::move(*meta);
  found->second.erase(meta);
  if (found->second.empty()) presences.erase(found);
  return taken;
}

}  // namespace

Json Meta::shown() const { return with(said, "phx_ref", phx_ref); }

Json shown(const Presences& presences) {
  Json list = Json::object();
  for (const auto& [key, metas] : presences) {
    Json items = Json::array();
    for (const Meta& meta : metas) items.append(meta.shown());
    list.set(key, Json::object({{"metas", items}}));
  }
  return list;
}

Diff State::track(std::string_view topic, std::string_view key, Meta meta) {
  const std::string name(key);
  std::vector<Meta>& metas = topics_[std::string(topic)][name];
  if (find_meta(metas, meta.pid) != metas.end()) return {};
  metas.push_back(meta);
  places_[meta.pid].push_back({std::string(topic), name});
  return {{{name, {std::move(meta)}}}, {}};
}

Diff State::update(std::string_view topic, std::string_view key, Meta meta) {
  const auto presences = topics_.find(topic);
  if (presences == topics_.end()) return {};
  const auto metas = presences->second.find(key);
  if (metas == presences->second.end()) return {};
  const auto old = find_meta(metas->second, meta.pid);
  if (old == metas->second.end()) return {};
  meta.said = with(std::move(meta.said), "phx_ref_prev", old->phx_ref);
  Diff diff{{{std::string(key), {meta}}}, {{std::string(key), {std::move(*old)}}}};
  metas->second.erase(old);
  metas->second.push_back(std::move(meta));
  return diff;
}

Diff State::untrack(std::string_view topic, std::string_view key, process::Pid pid) {
  const auto presences = topics_.find(topic);
  if (presences == topics_.end()) return {};
  auto gone = take(presences->second, key, pid);
  if (presences->second.empty()) topics_.erase(presences);
  if (!gone) return {};
  left(pid, {std::string(topic), std::string(key)});
  return {{}, {{std::string(key), {std::move(*gone)}}}};
}

void State::left(process::Pid pid, const Place& place) {
  const auto found = places_.find(pid);
  if (found == places_.end()) return;  // it leaves all of them: see forget
  std::erase(found->second, place);
  if (found->second.empty()) places_.erase(found);
}

std::map<std::string, Diff> State::forget(process::Pid pid) {
  std::map<std::string, Diff> diffs;
  const auto places = places_.extract(pid);
  if (!places) return diffs;
  for (const auto& [topic, key] : places.mapped()) {
    diffs[topic].leaves.merge(untrack(topic, key, pid).leaves);
  }
  return diffs;
}

std::set<process::Pid> State::processes(std::uint32_t shard) const {
  std::set<process::Pid> found;
  for (const auto& [pid, places] : places_) {
    if (pid.shard == shard) found.insert(pid);
  }
  return found;
}

const Presences& State::on(std::string_view topic) const {
  static const Presences nobody;
  const auto found = topics_.find(topic);
  return found == topics_.end() ? nobody : found->second;
}

}  // namespace phx::presence
