/// The shared state, the broadcasts of its changes, and the process on each shard that monitors
/// tracked channels.

#include "presence/presence.h"

#include <openssl/rand.h>

#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "base/base64.h"
#include "base/check.h"
#include "channel/fastlane.h"
#include "presence/cluster.h"
#include "process/scheduler.h"
#include "serializer/json_term.h"
#include "serializer/scanner.h"

namespace phx {
namespace {

using presence::Diff;
using process::Pid;

/// Twelve random bytes: sixteen characters, as in the framework's refs.
std::string new_ref() {
  std::string bytes(12, '\0');
  check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), 12) == 1,
        "OpenSSL has random bytes");
  return base64::url_encode(bytes);
}

/// To the watcher: there is work.
struct WorkAvailable {};

}  // namespace

/// One for each shard: monitors the tracked channels, and broadcasts changes after the turn that
/// made them, so that the reply to an `update` comes before its diff.
///
/// If it crashes, no presence may stay for ever because of that, and no change may be lost: a
/// successor takes over.
class Presence::Watcher final : public process::Process {
 public:
  Watcher(Presence& presence, Context context) : presence_(presence), context_(context) {}
  std::string name() const override { return "presence watcher"; }

 protected:
  //! [watcher]
  /// Finds only the first new channels; a successor also finds some that have already died.
  void init() override {
    for (const Pid pid : present()) scheduler().alive(pid) ? watch(pid) : ended(pid);
  }

  void handle(process::Message message) override {
    if (message.holds<WorkAvailable>()) {
      const auto [newcomers, change] = next();
      for (const Pid pid : newcomers) watch(pid);
      if (change) send(*change);
    } else if (const auto* down = message.get_if<process::Down>()) {
      ended(down->pid);
    }
  }
  //! [watcher]

  //! [watcher_crash]
  void terminate(const process::ExitReason& reason) override {
    if (reason.kind != process::ExitReason::crash) return;
    const std::lock_guard lock(presence_.mutex_);
    Shard& shard = presence_.shard_of(context_);
    shard.watcher = {};
    shard.notified = false;
    presence_.notify(context_);
  }
  //! [watcher_crash]

 private:
  struct Work {
    std::set<Pid> newcomers;
    std::optional<Change> change;
  };

  std::set<Pid> present() const {
    const std::lock_guard lock(presence_.mutex_);
    std::set<Pid> pids = presence_.state_.processes(scheduler().shard());
    std::erase_if(pids, presence::is_foreign);
    return pids;
  }

  /// One change for each WorkAvailable, so that others get their turns in between.
  Work next() {
    const std::lock_guard lock(presence_.mutex_);
    Shard& shard = presence_.shard_of(context_);
    Work work{std::exchange(shard.unwatched, {}), take_next(shard)};
    shard.notified = false;
    if (!shard.pending.empty()) presence_.notify(context_);
    return work;
  }

  /// A crash would make a successor search all presences, each time that fetch throws.
  void send(const Change& change) const try {
    presence_.send(context_, change);
  } catch (const std::exception& error) {
    context_.log().error("a presence_diff can't be sent, and is lost",
                         {{"topic", change.topic}, {"reason", error.what()}});
  }

  void watch(Pid pid) {
    if (watched_.insert(pid).second) scheduler().monitor(self(), pid);
  }

  //! [watcher_ended]
  /// Its leaves are broadcast after its earlier changes.
  void ended(Pid pid) {
    watched_.erase(pid);
    const std::lock_guard lock(presence_.mutex_);
    for (auto& [topic, diff] : presence_.state_.forget(pid)) {
      presence_.changed(context_, pid, {topic, std::move(diff)});
    }
  }
  //! [watcher_ended]

  Presence& presence_;
  const Context context_;
  std::unordered_set<Pid> watched_;
};

//! [track]
TrackResult Presence::track(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "a presence's meta is an object");
  require_fit(socket.topic(), key, said);
  const Context context = socket.context();
  const Pid pid = socket.channel();
  const std::string ref = new_ref();
  {
    const std::lock_guard lock(mutex_);
    require_room(socket);
    Diff diff = state_.track(socket.topic(), key, {pid, ref, std::move(said)});
    if (diff.empty()) return AlreadyTracked{};
    shard_of(context).unwatched.insert(pid);
    changed(context, pid, {socket.topic(), std::move(diff)});
  }
  context.scheduler->post([this, context, pid] { send_pending(context, pid); }, pid);
  return Tracked{ref};
}
//! [track]

UpdateResult Presence::update(const Socket& socket, std::string_view key, Json said) {
  check(said.is_object(), "a presence's meta is an object");
  require_fit(socket.topic(), key, said);
  const Pid pid = socket.channel();
  const std::string ref = new_ref();
  const std::lock_guard lock(mutex_);
  require_room(socket);
  Diff diff = state_.update(socket.topic(), key, {pid, ref, std::move(said)});
  if (diff.empty()) return NoPresence{};
  changed(socket.context(), pid, {socket.topic(), std::move(diff)});
  return Tracked{ref};
}

void Presence::untrack(const Socket& socket, std::string_view key) {
  const Pid pid = socket.channel();
  const std::lock_guard lock(mutex_);
  require_room(socket);
  Diff diff = state_.untrack(socket.topic(), key, pid);
  if (!diff.empty()) changed(socket.context(), pid, {socket.topic(), std::move(diff)});
}

/// A channel that makes changes faster than they are broadcast crashes, like a process whose
/// mailbox overflows: a change that no member gets would be worse.
void Presence::require_room(const Socket& socket) {
  const auto& pending = shard_of(socket.context()).pending;
  const auto own = pending.find(socket.channel());
  if (own == pending.end() || own->second.size() < max_pending) return;
  throw std::runtime_error("presence overflow: more than " + std::to_string(max_pending) +
                           " changes wait to be broadcast");
}

/// A presence that can't be sent to clients would cost a topic its list. One that other nodes can't
/// read would cost them this node.
void Presence::require_fit(std::string_view topic, std::string_view key, const Json& said) const {
  if (!serializer::is_utf8(topic) || !serializer::is_utf8(key)) {
    throw std::runtime_error("expected a presence's topic and key in UTF-8, got other bytes");
  }
  const std::string text = said.dump();
  const std::size_t size = key.size() + text.size();
  if (size > options_.max_meta_bytes) {
    throw std::runtime_error("expected at most " + std::to_string(options_.max_meta_bytes) +
                             " bytes of a presence's key and meta, got " + std::to_string(size));
  }
  if (cluster_) serializer::term_of(text);
}

//! [changed]
/// REQUIRES: the lock is held, so that a process's changes are broadcast in order.
void Presence::changed(const Context& context, Pid pid, Change change) {
  if (cluster_) record(change);  // other nodes get it
  enqueue(context, pid, std::move(change));
}

/// REQUIRES: the lock is held.
void Presence::enqueue(const Context& context, Pid pid, Change change) {
  shard_of(context).pending[pid].push_back(std::move(change));
  notify(context);
}

/// REQUIRES: the lock is held.
void Presence::notify(const Context& context) {
  Shard& shard = shard_of(context);
  if (!shard.watcher) {
    shard.watcher = context.scheduler->spawn(std::make_unique<Watcher>(*this, context));
  }
  if (std::exchange(shard.notified, true)) return;
  context.scheduler->send_regardless(shard.watcher, WorkAvailable{});
}
//! [changed]

/// REQUIRES: the lock is held.
Presence::Shard& Presence::shard_of(const Context& context) {
  const std::uint32_t shard = context.scheduler->shard();
  if (shards_.size() <= shard) shards_.resize(shard + 1);
  return shards_[shard];
}

/// The oldest pending change of one process. REQUIRES: the lock is held.
std::optional<Presence::Change> Presence::take(Shard& shard, Pid pid) {
  const auto own = shard.pending.find(pid);
  if (own == shard.pending.end()) return std::nullopt;
  Change change = std::move(own->second.front());
  own->second.pop_front();
  if (own->second.empty()) shard.pending.erase(own);
  return change;
}

/// A pending change of the next process in turn. REQUIRES: the lock is held.
std::optional<Presence::Change> Presence::take_next(Shard& shard) {
  if (shard.pending.empty()) return std::nullopt;
  auto next = shard.pending.upper_bound(shard.last);
  if (next == shard.pending.end()) next = shard.pending.begin();
  shard.last = next->first;
  return take(shard, shard.last);
}

/// Broadcasts all changes of one process, before it does anything else. Shard thread.
void Presence::send_pending(const Context& context, Pid pid) {
  const auto take_own = [&] {
    const std::lock_guard lock(mutex_);
    return take(shard_of(context), pid);
  };
  while (const auto change = take_own()) send(context, *change);
}

/// Without the lock, because it calls fetch, and encodes. Shard thread.
void Presence::send(const Context& context, const Change& change) const {
  const auto& [topic, diff] = change;
  const Json joins_and_leaves =
      Json::object({{"joins", fetch(topic, presence::shown(diff.joins))},
                    {"leaves", fetch(topic, presence::shown(diff.leaves))}});
  // Each node notifies its own clients.
  context.pubsub->local_broadcast(
      topic, std::make_shared<serializer::Broadcast>(topic, "presence_diff", joins_and_leaves), {},
      channel::dispatch);
}

Json Presence::list(std::string_view topic) const {
  Json presences;
  {
    const std::lock_guard lock(mutex_);
    presences = presence::shown(state_.on(topic));
  }
  return fetch(topic, std::move(presences));
}

std::size_t Presence::count(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  return state_.on(topic).size();
}

Json Presence::get_by_key(std::string_view topic, std::string_view key) const {
  presence::Presences one;
  {
    const std::lock_guard lock(mutex_);
    const presence::Presences& all = state_.on(topic);
    if (const auto found = all.find(key); found != all.end()) one.insert(*found);
  }
  if (one.empty()) return {};
  return fetch(topic, presence::shown(one))[key];
}

Json Presence::fetch(std::string_view, Json presences) const { return presences; }

}  // namespace phx
