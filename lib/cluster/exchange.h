#pragma once
/// \file
/// Between this node's hubs and the channels of all nodes: seals outgoing messages, opens and
/// passes on incoming ones.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "cluster/channels.h"
#include "cluster/envelope.h"
#include "cluster/interest.h"
#include "telemetry/telemetry.h"

namespace phx::cluster {

/// An invalid message from another node; it is skipped.
struct MessageSkipped {
  static constexpr std::string_view name = "phx.cluster_message_skipped";
  std::size_t bytes;
  std::string_view reason;
};
/// A broadcast that only this node's subscribers get, because other nodes could not take it.
struct BroadcastKept {
  static constexpr std::string_view name = "phx.cluster_broadcast_kept";
  std::string_view topic;
  std::string_view reason;
};

/// A broadcast of another node on a topic with a subscriber here. Trackers' messages do not count.
struct BroadcastHeard {
  static constexpr std::string_view name = "phx.cluster_broadcast_heard";
  std::string_view topic;
};

/// Any thread. Neither copied nor moved.
class Exchange {
 public:
  /// `repeated`: a tracker's message, which is sent again anyway and is of no use later. The
  /// channel is from Channels::of_message().
  using Publish = std::function<void(std::string bytes, bool repeated, std::string channel)>;
  Exchange(std::string node_name, Channels channels, const EnvelopeOptions& options,
           Publish publish)
      : node_name_(std::move(node_name)),
        channels_(std::move(channels)),
        options_(options),
        publish_(std::move(publish)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const std::string& node_name() const { return node_name_; }
  const Channels& channels() const { return channels_; }
  /// The receiver of received()'s messages. Set before anything is sent or received.
  void open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
            const Log& log);

  /// \throws serializer::EncodeError, as seal() does.
  void send(const Route& route, std::string_view topic, const pubsub::Event& event);
  /// The hubs' topics: received() passes on no others.
  void topic_opened(std::string_view topic);
  void topic_closed(std::string_view topic);
  /// Topics that a traced client has joined, at most max_traced_topics of them.
  void topic_traced(std::string_view topic, process::HopRecorder& recorder);
  void topic_untraced(std::string_view topic);
  /// What traces this message of another node, if a traced client has joined its topic; else null.
  process::HopRecorder* traces_for(std::string_view bytes) const noexcept;
  /// Other nodes can be reached, perhaps after a gap: notifies the trackers.
  void reconnected();
  /// Does not throw, whatever the bytes.
  void received(std::string_view bytes);

 private:
  /// Whether the fault with this count is logged: the 1st, 2nd, 4th, 8th, …
  static bool worth_a_line(std::size_t count) { return (count & (count - 1)) == 0; }

  const std::string node_name_;
  const Channels channels_;
  const EnvelopeOptions options_;
  const Publish publish_;
  Interest interest_;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> trackers_topics_;  ///< Under the mutex.
  static constexpr std::size_t max_traced_topics = 64;
  struct TracedTopic {
    process::HopRecorder* recorder;  ///< Outlives the server.
    std::size_t subscriptions;
  };
  std::map<std::string, TracedTopic, std::less<>> traced_topics_;  ///< Under the mutex.
  std::atomic<bool> traces_any_ = false;
  std::vector<pubsub::PubSub*> hubs_;
  const telemetry::Telemetry* telemetry_ = nullptr;
  Log log_ = Log::silent();
  std::atomic<std::size_t> skipped_ = 0;
  std::atomic<std::size_t> kept_ = 0;
};

}  // namespace phx::cluster
