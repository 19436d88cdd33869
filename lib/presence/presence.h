#pragma once
/// \file
/// Presence: channels track themselves, and every member of the topic gets the changes.
///
///     phx::Result handle_info(phx::Message, phx::Socket& socket) override {
///       presence_.track(socket, user_id_, phx::Json::object({{"online_at", "0"}}));
///       socket.push("presence_state", presence_.list(socket.topic()));
///       return phx::NoReply{};
///     }
///
/// Not in `join`, where the channel is not subscribed yet: `join` calls socket.send_self, and that
/// message leads here. Each change is broadcast as `presence_diff` on the channel's topic, a new
/// channel's own before track() returns: so the client gets it before the state that is pushed
/// next. A process that ends, in whatever way, leaves.
///
/// Mirrors Phoenix.Presence. If it is connected to other nodes (Endpoint::presence), it lists their
/// presences too, and its members get their changes. Each node may be ours or Phoenix's.

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

/// The channel is present under the key; `phx_ref` names its meta. Mirrors `{:ok, ref}`.
struct Tracked {
  std::string phx_ref;
};
/// The channel is already present under this key. Nothing has changed. Mirrors `{:error,
/// {:already_tracked, pid, topic, key}}`.
struct AlreadyTracked {};
/// The channel is not present under this key. Nothing has changed. Mirrors `{:error, :nopresence}`.
struct NoPresence {};
using TrackResult = std::variant<Tracked, AlreadyTracked>;
using UpdateResult = std::variant<Tracked, NoPresence>;

struct PresenceOptions {
  /// Bytes of a key and its meta as JSON. Each new member is sent all of a topic's. A channel that
  /// exceeds it crashes.
  std::size_t max_meta_bytes = 65'536;
};

/// Any thread. Outlives the channels that it tracks. All of them belong to one server (in tests, to
/// one environment), because it identifies them by pids that are only unique there.
class Presence {
 public:
  explicit Presence(PresenceOptions options = {});
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence();

  /// The limit of one channel's changes that wait to be broadcast, a mailbox's limit. One more
  /// crashes the channel, and is not made.
  static constexpr std::size_t max_pending = 10'000;

  // For a channel's own callbacks. `said` is an object; anything else throws CheckFailed. One
  // over PresenceOptions::max_meta_bytes throws std::runtime_error, as does a topic or a key that
  // is not valid UTF-8 or, if there are other nodes, a meta that they could not read: nested more
  // than 200 deep, or with an integer of more than 10,000 digits.

  /// Tracks this channel on its topic under `key`. When this returns, the members have been sent
  /// the diff; from a handler on a worker thread, they are sent it before anything that the handler
  /// sends afterwards.
  TrackResult track(const Socket& socket, std::string_view key, Json said);
  /// Replaces its meta under `key`. The diff is sent after the current turn: a reply comes first.
  UpdateResult update(const Socket& socket, std::string_view key, Json said);
  /// Does nothing if it is not tracked. The diff is sent as an update's is.
  void untrack(const Socket& socket, std::string_view key);

  /// `{key: {"metas": […]}}` of all presences on the topic.
  Json list(std::string_view topic) const;
  /// `{"metas": […]}` of one key, or null. Mirrors get_by_key/2.
  Json get_by_key(std::string_view topic, std::string_view key) const;

  /// How many are present on the topic.
  std::size_t count(std::string_view topic) const;

  /// Another node whose presences are listed here while it is up. For people who look.
  struct Node {
    std::string name;
    bool is_up;
    Clock::time_point heard;  ///< When its last message came.
    std::uint64_t clock;      ///< Its changes that are known here.
  };
  /// None if this presence is connected to no others.
  std::vector<Node> nodes() const;

  // For Endpoint::presence().

  /// Connects this presence to those of other nodes. `adapter` is the endpoint's. Call once, before
  /// the server starts; its children must include the trackers(). \throws OptionError.
  void connect(std::shared_ptr<pubsub::Adapter> adapter, presence::ClusterOptions options);
  /// The processes that exchange messages with other nodes, one for each tracker of the pool.
  struct Tracker {
    std::string id;
    std::function<std::unique_ptr<process::Process>(const Context& context)> start;
  };
  std::vector<Tracker> trackers();

 protected:
  /// Adds data to a list or a diff before clients get it, such as names from a database. Mirrors
  /// the callback fetch/2. Any thread. If it throws, members miss only that diff; from track() and
  /// list() the exception reaches the caller.
  virtual Json fetch(std::string_view topic, Json presences) const;

 private:
  class Watcher;
  class TrackerProcess;
  struct Cluster;
  struct Change {
    std::string topic;
    presence::Diff diff;
  };
  /// The work of one shard's watcher.
  struct Shard {
    process::Pid watcher;
    bool notified = false;             ///< A News is on its way to the watcher.
    std::set<process::Pid> unwatched;  ///< Tracked, but not monitored yet.
    /// Changes not sent to members yet: by process, in order.
    std::map<process::Pid, std::deque<Change>> pending;
    process::Pid last;  ///< The process whose change was taken last; the next process follows.
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
  std::unique_ptr<Cluster> cluster_;  // null: this node is alone
};

}  // namespace phx
