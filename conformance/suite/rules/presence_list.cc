/// phoenix.js's merge, and the rule that it gives all members the same list.

#include "conformance/suite/rules/presence_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

std::vector<Json> elements(const Json& array) {
  std::vector<Json> all;
  for (std::size_t i = 0; i < json_array_size(array.get()); ++i) all.push_back(array[i]);
  return all;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object.get()), key, value) all.emplace_back(key);
  return all;
}

/// Whether one of these metas has that one's ref.
bool holds(const std::vector<Json>& metas, const Json& meta) {
  return std::any_of(metas.begin(), metas.end(), [&](const Json& one) {
    return one["phx_ref"].text() == meta["phx_ref"].text();
  });
}

}  // namespace

void PresenceList::take_state(const Json& state) {
  metas_.clear();
  has_state_ = true;
  for (const std::string& key : keys(state)) metas_[key] = elements(state[key]["metas"]);
  for (const Json& diff : early_) merge(diff);
  early_.clear();
}

void PresenceList::take_diff(const Json& diff) {
  if (!has_state_) return early_.push_back(diff);
  merge(diff);
}

void PresenceList::merge(const Json& diff) {
  for (const std::string& key : keys(diff["joins"])) join(key, diff["joins"][key]["metas"]);
  for (const std::string& key : keys(diff["leaves"])) leave(key, diff["leaves"][key]["metas"]);
}

/// Metas that are already listed stay in front; a returning one takes its old place.
void PresenceList::join(const std::string& key, const Json& metas) {
  const std::vector<Json> fresh = elements(metas);
  std::vector<Json>& known = metas_[key];
  std::erase_if(known, [&](const Json& meta) { return holds(fresh, meta); });
  known.insert(known.end(), fresh.begin(), fresh.end());
}

void PresenceList::leave(const std::string& key, const Json& metas) {
  const auto found = metas_.find(key);
  if (found == metas_.end()) return;
  const std::vector<Json> gone = elements(metas);
  std::erase_if(found->second, [&](const Json& meta) { return holds(gone, meta); });
  if (found->second.empty()) metas_.erase(found);
}

std::string PresenceList::text() const {
  std::string text;
  for (const auto& [key, metas] : metas_) {
    text += key + ":";
    for (const Json& meta : metas) text += " " + meta.dump();
    text += "\n";
  }
  return text;
}

namespace {

/// A member that keeps the presence list.
class Follower {
 public:
  Follower(Trial& t, const std::string& key, const std::string& name)
      : topic_("presence:" + t.word("topic")), client_(t.connect({.query = "user_id=" + key})) {
    say("1", "phx_join", fmt::format(R"({{"name":"{}"}})", name));
  }

  void say(const std::string& ref, const std::string& event, const std::string& payload) {
    client_.send(fmt::format(R"(["1","{}","{}","{}",{}])", ref, topic_, event, payload));
  }
  /// Follows the topic until this key is present.
  void follow_until(const std::string& key) {
    while (!list_.has(key)) follow("a presence_diff that has " + key);
  }
  /// The same until it is gone.
  void follow_until_gone(const std::string& key) {
    while (list_.has(key)) follow("a presence_diff that " + key + " leaves");
  }
  const PresenceList& list() const { return list_; }
  Client& client() { return client_; }

 private:
  void follow(const std::string& awaited) {
    const Received received = client_.take(awaited);
    const auto frame = parse_json(received.payload);
    if (!frame) throw Violation("a frame of the topic", described(received), client_.name());
    const std::string event = (*frame)[3].text();
    if (event == "presence_state") list_.take_state((*frame)[4]);
    if (event == "presence_diff") list_.take_diff((*frame)[4]);
  }

  std::string topic_;
  Client& client_;
  PresenceList list_;
};

RULE("S-06", must, contract,
     "state and diffs, merged as in phoenix.js, give all members the same list",
     "Presence.syncState, syncDiff (phoenix.js)") {
  Follower first(t, "ann", "A");
  first.follow_until("ann");
  Follower second(t, "ben", "B");
  Follower tab(t, "ann", "A2");
  Follower brief(t, "cat", "C");
  first.follow_until("cat");
  second.say("2", "update", R"({"online_at":"1","name":"B2"})");
  brief.client().forget();
  brief.client().reset();
  Follower late(t, "dan", "D");
  late.follow_until("dan");
  second.say("3", "untrack", "{}");
  // A change during the last join may be in its state, and not yet in the others' diffs.
  first.follow_until_gone("cat");
  first.follow_until_gone("ben");
  Follower last(t, "eve", "E");

  for (Follower* follower : {&first, &second, &tab, &late, &last}) {
    follower->follow_until("eve");
    follower->client().forget();
  }
  for (const Follower* follower : {&second, &tab, &late, &last}) {
    if (follower->list().text() == first.list().text()) continue;
    throw Violation("the list of the first member:\n" + first.list().text(),
                    "another:\n" + follower->list().text());
  }
}

}  // namespace
}  // namespace phx::conformance
