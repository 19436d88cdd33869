#pragma once
/// \file
/// Who is here: channels track themselves, and every member of the topic is told what changes.
///
///     phx::Result handle_info(phx::Message, phx::Socket& socket) override {
///       presence_.track(socket, user_id_, phx::Json::object({{"online_at", "0"}}));
///       socket.push("presence_state", presence_.list(socket.topic()));
///       return phx::NoReply{};
///     }
///
/// Not in `join`, where the channel is not subscribed yet: `join` calls socket.send_self, and the
/// message that it sends itself brings it here. Each change is broadcast as `presence_diff` on the
/// channel's topic, a newcomer's own before track() returns: so it reaches the newcomer, too,
/// before the state that it is pushed next. A process that ends, however it ends, leaves. Mirrors
/// Phoenix.Presence.
///
/// One that is connected to other nodes (Endpoint::presence) lists their presences, too, and tells
/// its members of their changes. Each node may be one of ours or of Phoenix.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "channel/channel.h"
#include "presence/cluster_options.h"
#include "presence/state.h"
#include "presence/value.h"

namespace phx::pubsub {
class Adapter;
}

namespace phx {
namespace presence {
class Replica;
}

/// The channel is present under the key, and `phx_ref` names what it says. Mirrors `{:ok, ref}`.
struct Tracked {
  std::string phx_ref;
};
/// The channel is present under this key already. Nothing has changed. Mirrors `{:error,
/// {:already_tracked, pid, topic, key}}`.
struct AlreadyTracked {};
/// The channel is not present under this key. Nothing has changed. Mirrors `{:error, :nopresence}`.
struct NoPresence {};
using TrackResult = std::variant<Tracked, AlreadyTracked>;
using UpdateResult = std::variant<Tracked, NoPresence>;

struct PresenceOptions {
  /// Of one key and what a channel says of itself under it, as JSON. Each newcomer is sent all of
  /// a topic's. A channel that says more crashes.
  std::size_t max_meta_bytes = 65'536;
};

/// Any thread. Outlives the channels that track themselves in it, which are those of one server: in
/// tests, of one house. It knows them by names that mean others elsewhere.
class Presence {
 public:
  explicit Presence(PresenceOptions options = {});
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence();

  /// One channel's changes that may wait to be broadcast; if it makes one more it crashes, and that
  /// change is not made. As many as a mailbox takes.
  static constexpr std::size_t max_pending = 10'000;

  // For a channel's own callbacks. `said` is an object; anything else throws BrokenPromise. One
  // over PresenceOptions::max_meta_bytes throws std::runtime_error; so does a topic or a key that
  // is not valid UTF-8, and what other nodes, where there are any, could not read: nested more than
  // 200 deep, or with an integer of more than 10,000 digits.

  /// This channel is present on its topic under `key`. Its members have been sent the diff when
  /// this returns; from a handler on a worker thread, they are sent it before anything that the
  /// handler sends afterwards.
  TrackResult track(const Socket& socket, std::string_view key, Json said);
  /// Replaces what it said under `key`. The diff goes out after the turn at hand: a reply goes
  /// first.
  UpdateResult update(const Socket& socket, std::string_view key, Json said);
  /// Does nothing where it is not tracked. The diff goes out as that of an update does.
  void untrack(const Socket& socket, std::string_view key);

  /// `{key: {"metas": […]}}` of everybody on the topic.
  Json list(std::string_view topic) const;
  /// `{"metas": […]}` of one key, or null. Mirrors get_by_key/2.
  Json get_by_key(std::string_view topic, std::string_view key) const;

  // For Endpoint::presence().

  /// Makes one list of this node's presences and those of others. `adapter` is the endpoint's.
  /// Once, before the server starts, which then needs the trackers() among its children. \throws
  /// OptionError.
  void connect(std::shared_ptr<pubsub::Adapter> adapter, presence::ClusterOptions options);
  /// The processes that talk to other nodes, one for each tracker of the pool.
  struct Tracker {
    std::string id;
    std::function<std::unique_ptr<process::Process>(const Context& context)> start;
  };
  std::vector<Tracker> trackers();

 protected:
  /// Adds to what clients are shown, before a list or a diff goes out: names from a database, say.
  /// Mirrors the callback fetch/2. Any thread. If it throws, members miss the diff that was to be
  /// sent and no other; from track(), as from list(), the exception reaches the caller.
  virtual Json fetch(std::string_view topic, Json presences) const;

 private:
  class Watcher;
  class TrackerProcess;
  struct Cluster;
  struct Change {
    std::string topic;
    presence::Diff diff;
  };
  /// What the watcher of one shard has to do.
  struct Shard {
    process::Pid watcher;
    bool notified = false;             ///< News is on its way to the watcher.
    std::set<process::Pid> unwatched;  ///< Tracked, but not monitored yet.
    /// Changes that members have not been sent: each process's, in the order in which it made them.
    std::map<process::Pid, std::deque<Change>> pending;
    process::Pid last;  ///< Whose change was taken last: the next process's is taken next.
  };

  void require_room(const Socket& socket);
  void require_fit(std::string_view topic, std::string_view key, const Json& said) const;
  void changed(const Context& context, process::Pid pid, Change change);
  void enqueue(const Context& context, process::Pid pid, Change change);
  void record(const Change& change);
  void notify(const Context& context);
  Shard& shard_of(const Context& context);
  static std::optional<Change> take(Shard& shard, process::Pid pid);
  static std::optional<Change> take_next(Shard& shard);
  void send_pending(const Context& context, process::Pid pid);
  void send(const Context& context, const Change& change) const;

  const PresenceOptions options_;
  mutable std::mutex mutex_;
  presence::State state_;
  std::vector<Shard> shards_;         // by their numbers
  std::unique_ptr<Cluster> cluster_;  // none: this node is alone
};

}  // namespace phx
