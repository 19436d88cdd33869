#pragma once
/// \file
/// Who is here: tracked by the channels themselves, told to every member as it changes.
///
///     socket.send_self(AfterJoin{});                       // in join
///     presence.track(socket, user_id, Json::object({…}));  // in handle_info
///     socket.push("presence_state", presence.list(socket.topic()));
///
/// Each change is broadcast as `presence_diff` on the channel's topic; a process that ends, however
/// it ends, leaves. Mirrors Phoenix.Presence. One node: the state is this program's own.

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "channel/channel.h"
#include "presence/state.h"

namespace phx {

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

/// Any thread. Outlives the channels that track themselves in it, which are those of one server: in
/// tests, of one house. It knows them by names that mean others elsewhere.
class Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence() = default;

  /// Changes by the channels of one shard that may wait to be told; who makes one more crashes, and
  /// the change is not made. As many as a mailbox takes.
  static constexpr std::size_t most_untold = 10'000;

  // For a channel's own callbacks. `said` is an object; what is no object throws BrokenPromise.

  /// This channel is present on its topic under `key`.
  TrackResult track(const Socket& socket, std::string_view key, Json said);
  /// Replaces what it said under `key`.
  UpdateResult update(const Socket& socket, std::string_view key, Json said);
  /// Does nothing where it is not tracked.
  void untrack(const Socket& socket, std::string_view key);

  /// `{key: {"metas": […]}}` of everybody on the topic.
  Json list(std::string_view topic) const;
  /// `{"metas": […]}` of one key, or null. Mirrors get_by_key/2.
  Json get_by_key(std::string_view topic, std::string_view key) const;

 protected:
  /// Adds to what clients are shown, before a list or a diff goes out: names from a database, say.
  /// Mirrors the callback fetch/2. Any thread. What throws out of it costs those who listen the
  /// diff that was to be told, and no more.
  virtual Json fetch(std::string_view topic, Json presences) const;

 private:
  class Watcher;
  struct Change {
    std::string topic;
    presence::Diff diff;
    process::Pid tracked;  ///< To be watched, if it is anybody.
  };
  struct Shard {
    process::Pid watcher;
    std::deque<Change> untold;  ///< In the order in which they were made. While there are any, one
                                ///< News is under way to the watcher.
  };

  void require_room(const Socket& socket);
  void changed(const House& house, Change change);
  Shard& shard_of(const House& house);
  Payload to_payload(std::string_view topic, const presence::Diff& diff) const;

  mutable std::mutex mutex_;
  presence::State state_;
  std::vector<Shard> shards_;  // by their numbers
};

}  // namespace phx
