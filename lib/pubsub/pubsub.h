#pragma once
/// \file
/// The subscribers of each topic, and how a broadcast reaches them. Mirrors Phoenix.PubSub.
///
/// Each shard knows its own subscribers, so subscribing takes no lock; a broadcast is one signal to
/// each shard. The dispatcher decides what a broadcast looks like and what a subscriber gets: this
/// layer knows neither channels nor sockets.

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include "base/bucket_walk.h"
#include "base/keyed_hash.h"
#include "base/short_text.h"
#include "process/scheduler.h"
#include "pubsub/wants.h"

namespace phx::pubsub {

/// A broadcast. Shared between threads, so immutable.
struct Event {
  virtual ~Event() = default;
  /// Bytes that it keeps outside itself.
  virtual std::size_t heap_bytes() const { return 0; }
};
using EventPtr = std::shared_ptr<const Event>;
inline std::size_t heap_bytes(const EventPtr& event) { return event->heap_bytes(); }

/// `object` as a T; null if it is of another type. Any code that knows a topic may publish on it,
/// so subscribers check an event's type.
template <class T, class Base>
const T* as(const Base& object) {
  if constexpr (std::is_final_v<T>) {  // compares two pointers, because it runs for every
                                       // subscriber
    return typeid(object) == typeid(T) ? static_cast<const T*>(&object) : nullptr;
  } else {
    return dynamic_cast<const T*>(&object);
  }
}

/// The event in a message, if it is a T; otherwise null. Valid while the message lives.
///
///     if (const auto* price = phx::pubsub::event_in<PriceChanged>(message)) …
template <std::derived_from<Event> T>
const T* event_in(process::Message& message) {
  const EventPtr* event = message.get_if<EventPtr>();
  return event != nullptr && *event != nullptr ? as<T>(**event) : nullptr;
}

/// What a subscriber leaves for the dispatcher: a channel leaves its fastlane.
struct Metadata {
  virtual ~Metadata() = default;
};

class Subscription;

struct Subscriber {
  process::Pid pid;
  std::shared_ptr<const Metadata> metadata;
  Subscription* subscription = nullptr;  ///< For the hub.
};

/// Passes one event to one shard's subscribers. On the broadcaster's own shard it runs in the
/// broadcaster's turn, and an exception crashes the broadcaster. If the broadcaster's handler runs
/// on a worker thread, and for other shards, it is posted, and a failure comes back as an exit
/// signal. Mirrors the dispatcher of PubSub.broadcast/4.
using Dispatcher = void (*)(process::Scheduler& scheduler, std::span<const Subscriber> subscribers,
                            process::Pid from, const EventPtr& event);

/// Sends the event as a message to every subscriber but `from`.
void send_to_all(process::Scheduler& scheduler, std::span<const Subscriber> subscribers,
                 process::Pid from, const EventPtr& event);

class Adapter;
class PubSub;
struct Topic;

/// One subscription; it ends when this is destroyed. Neither copied nor moved.
class Subscription {
 public:
  Subscription(PubSub& hub, Topic& topic, std::size_t index, Wants wants)
      : hub_(hub), topic_(topic), index_(index), wants_(wants) {}
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

 private:
  friend class PubSub;
  PubSub& hub_;
  Topic& topic_;
  std::size_t index_;
  const Wants wants_;
  const bool traced_ = process::traced();  ///< It was made for a traced client.
};

/// Tagged with the Ref of PubSub::when_subscribed().
struct Subscribed {};

/// The subscribers of one topic on one shard.
struct Topic {
  const ShortText* name = nullptr;  ///< Its key in the hub's table.
  std::vector<Subscriber> subscribers = {};
  std::size_t want_all = 0;  ///< The number of subscribers that want more than notices.
  // Since it had its first subscriber here:
  std::uint64_t broadcasts = 0;
  std::uint64_t deliveries = 0;  ///< Of these to subscribers, without regard to `from`.

  std::size_t count(Wants wants) const {
    return wants == Wants::all ? want_all : subscribers.size() - want_all;
  }
};

class PubSub {
 public:
  explicit PubSub(process::Scheduler& scheduler) : scheduler_(scheduler) {}
  PubSub(const PubSub&) = delete;
  PubSub& operator=(const PubSub&) = delete;

  /// Connects the hubs of one program. Call before any of their threads starts.
  static void connect(const std::vector<PubSub*>& peers);

  /// The connection to other nodes; null for none. Call before the threads start, or after they
  /// end.
  void use(Adapter* adapter) { adapter_ = adapter; }

  /// Shard thread only. The hub must outlive the subscription.
  std::unique_ptr<Subscription> subscribe(std::string_view topic, process::Pid pid,
                                          std::shared_ptr<const Metadata> metadata = nullptr,
                                          Wants wants = Wants::all);
  /// Sends `pid` a Subscribed, tagged with the returned Ref, once other nodes' broadcasts on the
  /// topic arrive here. Returns nothing if they already do. Shard thread only. REQUIRES:
  /// subscribed.
  std::optional<process::Ref> when_subscribed(std::string_view topic, process::Pid pid);

  /// Broadcasts to the subscribers of all nodes. Any thread. `from` is passed to the dispatcher,
  /// which skips it; `blame` crashes if a dispatch on another thread throws. One publisher's
  /// broadcasts arrive in order everywhere. \throws what the adapter throws.
  void broadcast(std::string_view topic, EventPtr event, process::Pid from = {},
                 Dispatcher dispatch = send_to_all, process::Pid blame = {});
  /// The same, on this node alone.
  void local_broadcast(std::string_view topic, EventPtr event, process::Pid from = {},
                       Dispatcher dispatch = send_to_all, process::Pid blame = {});

  /// Whether the caller runs on this hub's shard thread. Any thread.
  bool on_own_thread() const { return scheduler_.on_own_thread(); }
  /// The topic's subscribers on this shard.
  std::size_t subscribers(std::string_view topic) const;
  /// Visits the next topics that have a subscriber on this shard: one step of `walk`. False: all
  /// were visited.
  template <class Visit, class BegunAgain>
  bool step(BucketWalk& walk, const Visit& visit, const BegunAgain& begun_again) const {
    return walk.step(
        topics_, [&](const auto& each) { visit(each.second); }, begun_again);
  }
  /// The topic, if it has a subscriber on this shard.
  const Topic* find(std::string_view topic) const {
    const auto found = topics_.find(topic);
    return found == topics_.end() ? nullptr : &found->second;
  }
  /// The longest search for a topic, in topics compared.
  std::size_t longest_search() const;

 private:
  friend class Subscription;
  void dispatch_here(const std::string& topic, const EventPtr& event, process::Pid from,
                     Dispatcher dispatch);
  void unsubscribe(const Subscription& subscription);

  process::Scheduler& scheduler_;
  std::vector<PubSub*> peers_{this};
  Adapter* adapter_ = nullptr;
  // A map whose topics keep their addresses.
  std::unordered_map<ShortText, Topic, KeyedHash, std::equal_to<>> topics_;
};

}  // namespace phx::pubsub
