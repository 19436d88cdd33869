/// The shared state, and the process on each shard that tells of its changes and watches for
/// deaths.

#include "presence/presence.h"

#include <openssl/rand.h>

#include <set>

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

/// To the watcher: broadcast this, and be there when the process ends.
struct Changed {
  std::string topic;
  Diff diff;
  Pid pid;
  bool watch;
};

}  // namespace

/// One a shard: all that its processes say is broadcast from here, in the order in which they said
/// it, and after the turn in which they did: so a channel's reply goes before the diff that it
/// caused.
///
/// A fetch that throws, and ten thousand deaths at once, crash it. Nobody may stay present for ever
/// because of that: a successor takes over whom it watched.
//! [watcher]
class Presence::Watcher final : public process::Process {
 public:
  Watcher(Presence& presence, House house) : presence_(presence), house_(house) {}
  std::string name() const override { return "presence watcher"; }

 protected:
  /// The first one of its shard finds nobody; a successor finds some who have died meanwhile.
  void init() override {
    for (const Pid pid : present()) {
      scheduler().alive(pid) ? void(scheduler().monitor(self(), pid)) : ended(pid);
    }
  }

  void handle(process::Message message) override {
    if (const auto* changed = message.get_if<Changed>()) {
      if (changed->watch) scheduler().monitor(self(), changed->pid);
      tell(changed->topic, changed->diff);
    } else if (const auto* down = message.get_if<process::Down>()) {
      ended(down->pid);
    }
  }

  void terminate(const process::ExitReason& reason) override {
    if (reason.kind != process::ExitReason::crash) return;
    const std::lock_guard lock(presence_.mutex_);
    presence_.watchers_.at(scheduler().shard()) =
        scheduler().spawn(std::make_unique<Watcher>(presence_, house_));
  }

 private:
  std::set<Pid> present() const {
    const std::lock_guard lock(presence_.mutex_);
    return presence_.state_.processes(scheduler().shard());
  }

  void tell(const std::string& topic, const Diff& diff) {
    channel::broadcast(*house_.pubsub, topic, "presence_diff", presence_.to_payload(topic, diff));
  }

  void ended(Pid pid) {
    std::map<std::string, Diff> diffs;
    {
      const std::lock_guard lock(presence_.mutex_);
      diffs = presence_.state_.forget(pid);
    }
    for (const auto& [topic, diff] : diffs) tell(topic, diff);
  }

  Presence& presence_;
  const House house_;
};
//! [watcher]

void Presence::track(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "what a presence says of itself is an object");
  const std::lock_guard lock(mutex_);
  changed(socket, state_.track(socket.topic(), key, {socket.channel(), new_ref(), std::move(said)}),
          true);
}

void Presence::update(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "what a presence says of itself is an object");
  const std::lock_guard lock(mutex_);
  changed(socket,
          state_.update(socket.topic(), key, {socket.channel(), new_ref(), std::move(said)}),
          false);
}

void Presence::untrack(const Socket& socket, std::string_view key) {
  const std::lock_guard lock(mutex_);
  changed(socket, state_.untrack(socket.topic(), key, socket.channel()), false);
}

//! [changed]
/// REQUIRES: the lock is held, so that changes reach the watcher in the order in which they were
/// made.
void Presence::changed(const Socket& socket, Diff diff, bool watch) {
  if (diff.empty()) return;
  socket.house().scheduler->send(watcher_of(socket),
                                 Changed{socket.topic(), std::move(diff), socket.channel(), watch});
}
//! [changed]

Pid Presence::watcher_of(const Socket& socket) {
  const std::uint32_t shard = socket.house().scheduler->shard();
  if (watchers_.size() <= shard) watchers_.resize(shard + 1);
  if (!watchers_[shard]) {
    watchers_[shard] =
        socket.house().scheduler->spawn(std::make_unique<Watcher>(*this, socket.house()));
  }
  return watchers_[shard];
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
