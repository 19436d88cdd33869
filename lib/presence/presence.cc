/// The shared state, and the process on each shard that tells of its changes and watches for
/// deaths.

#include "presence/presence.h"

#include <openssl/rand.h>

#include <set>
#include <stdexcept>
#include <string>
#include <unordered_set>

#include "base/base64.h"
#include "base/check.h"
#include "channel/fastlane.h"
#include "process/scheduler.h"

namespace phx {
namespace {

using presence::Diff;
using process::Pid;

/// Twelve random bytes: sixteen characters, as the framework's refs have.
std::string new_ref() {
  std::string bytes(12, '\0');
  check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), 12) == 1,
        "OpenSSL has random bytes");
  return base64::url_encode(bytes);
}

/// To the watcher: there is a change to tell.
struct News {};

}  // namespace

/// One a shard: all that its processes say is broadcast from here, in the order in which they said
/// it, and after the turn in which they did: so a channel's reply goes before the diff that it
/// caused.
///
/// A fetch that throws, and ten thousand deaths at once, crash it. Nobody may stay present for ever
/// because of that, and what waits to be told must be: a successor takes over both.
//! [watcher]
class Presence::Watcher final : public process::Process {
 public:
  Watcher(Presence& presence, House house) : presence_(presence), house_(house) {}
  std::string name() const override { return "presence watcher"; }

 protected:
  /// The first one of its shard finds only who has just come; a successor finds some who have died
  /// meanwhile.
  void init() override {
    for (const Pid pid : present()) scheduler().alive(pid) ? watch(pid) : ended(pid);
  }

  void handle(process::Message message) override {
    if (message.holds<News>()) {
      const Change change = next();
      if (change.tracked) watch(change.tracked);
      channel::broadcast(*house_.pubsub, change.topic, "presence_diff",
                         presence_.to_payload(change.topic, change.diff));
    } else if (const auto* down = message.get_if<process::Down>()) {
      ended(down->pid);
    }
  }

  void terminate(const process::ExitReason& reason) override {
    if (reason.kind != process::ExitReason::crash) return;
    const std::lock_guard lock(presence_.mutex_);
    Shard& shard = presence_.shard_of(house_);
    shard.watcher = scheduler().spawn(std::make_unique<Watcher>(presence_, house_));
    if (!shard.untold.empty()) scheduler().send(shard.watcher, News{});
  }

 private:
  std::set<Pid> present() const {
    const std::lock_guard lock(presence_.mutex_);
    return presence_.state_.processes(scheduler().shard());
  }

  /// One for each News, so that others have their turns between; asks for the one behind it before
  /// this one can throw.
  Change next() {
    const std::lock_guard lock(presence_.mutex_);
    std::deque<Change>& untold = presence_.shard_of(house_).untold;
    Change change = std::move(untold.front());
    untold.pop_front();
    if (!untold.empty()) scheduler().send(self(), News{});
    return change;
  }

  void watch(Pid pid) {
    if (watched_.insert(pid).second) scheduler().monitor(self(), pid);
  }

  /// What it left is told behind what it had changed before.
  void ended(Pid pid) {
    watched_.erase(pid);
    const std::lock_guard lock(presence_.mutex_);
    for (auto& [topic, diff] : presence_.state_.forget(pid)) {
      presence_.changed(house_, {topic, std::move(diff), {}});
    }
  }

  Presence& presence_;
  const House house_;
  std::unordered_set<Pid> watched_;
};
//! [watcher]

TrackResult Presence::track(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "what a presence says of itself is an object");
  const std::string ref = new_ref();
  const std::lock_guard lock(mutex_);
  require_room(socket);
  Diff diff = state_.track(socket.topic(), key, {socket.channel(), ref, std::move(said)});
  if (diff.empty()) return AlreadyTracked{};
  changed(socket.house(), {socket.topic(), std::move(diff), socket.channel()});
  return Tracked{ref};
}

UpdateResult Presence::update(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "what a presence says of itself is an object");
  const std::string ref = new_ref();
  const std::lock_guard lock(mutex_);
  require_room(socket);
  Diff diff = state_.update(socket.topic(), key, {socket.channel(), ref, std::move(said)});
  if (diff.empty()) return NoPresence{};
  changed(socket.house(), {socket.topic(), std::move(diff), {}});
  return Tracked{ref};
}

void Presence::untrack(const Socket& socket, std::string_view key) {
  const std::lock_guard lock(mutex_);
  require_room(socket);
  changed(socket.house(),
          {socket.topic(), state_.untrack(socket.topic(), key, socket.channel()), {}});
}

/// Who comes last crashes, as who is sent too much does: a change that nobody is told of would be
/// worse. The end of a process finds room always, since there are no more ends than there were
/// processes.
void Presence::require_room(const Socket& socket) {
  if (shard_of(socket.house()).untold.size() < most_untold) return;
  throw std::runtime_error("presence overflow: more than " + std::to_string(most_untold) +
                           " changes wait to be told");
}

//! [changed]
/// REQUIRES: the lock is held, so that changes are told in the order in which they were made.
void Presence::changed(const House& house, Change change) {
  if (change.diff.empty()) return;
  Shard& shard = shard_of(house);
  if (!shard.watcher) {
    shard.watcher = house.scheduler->spawn(std::make_unique<Watcher>(*this, house));
  }
  shard.untold.push_back(std::move(change));
  if (shard.untold.size() > 1) return;  // a News is under way
  house.scheduler->send_regardless(shard.watcher, News{});
}
//! [changed]

/// REQUIRES: the lock is held.
Presence::Shard& Presence::shard_of(const House& house) {
  const std::uint32_t shard = house.scheduler->shard();
  if (shards_.size() <= shard) shards_.resize(shard + 1);
  return shards_[shard];
}

Json Presence::list(std::string_view topic) const {
  Json presences;
  {
    const std::lock_guard lock(mutex_);
    presences = presence::shown(state_.on(topic));
  }
  return fetch(topic, std::move(presences));
}

Json Presence::get_by_key(std::string_view topic, std::string_view key) const {
  return list(topic)[key];
}

Json Presence::fetch(std::string_view, Json presences) const { return presences; }

Payload Presence::to_payload(std::string_view topic, const Diff& diff) const {
  return Json::object({{"joins", fetch(topic, presence::shown(diff.joins))},
                       {"leaves", fetch(topic, presence::shown(diff.leaves))}});
}

}  // namespace phx
