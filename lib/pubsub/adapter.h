#pragma once
/// \file
/// The connection to other nodes: they receive what this one broadcasts. Mirrors
/// Phoenix.PubSub.Adapter.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "etf/term.h"
#include "pubsub/wants.h"

namespace phx {
class Log;
}
namespace phx::telemetry {
class Telemetry;
}

namespace phx::process {
class HopRecorder;
}

namespace phx::pubsub {

struct Event;
class PubSub;

/// Set by EndpointOptions::pubsub; without one there is one node. It knows which events it can
/// send; others stay on this node. Thread-safe. Neither copied nor moved.
class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  //! [adapter]
  /// This node's name for direct_broadcast(), unique among the nodes.
  virtual const std::string& node_name() const = 0;

  /// Called when a server runs: other nodes' broadcasts go to these hubs, one a shard, until
  /// close().
  virtual void open(std::vector<PubSub*> hubs, const telemetry::Telemetry& telemetry,
                    const Log& log) = 0;
  virtual void close() = 0;

  /// Sends to all other nodes. Called before any subscriber of this node gets the event; never
  /// blocks. \throws serializer::EncodeError, for example, if other nodes could not read it.
  virtual void broadcast(std::string_view topic, const std::shared_ptr<const Event>& event) = 0;
  /// Sends to the node of this name alone: a text, or the atom that names an Erlang node.
  virtual void direct_broadcast(const etf::Term& node, std::string_view topic,
                                const std::shared_ptr<const Event>& event) = 0;
  //! [adapter]

  //! [adapter_topics]
  /// A hub has got its first subscriber of a topic with these wants, or lost its last. Other nodes'
  /// broadcasts on topics without subscribers need not come to this node. On the hub's thread;
  /// never blocks.
  virtual void topic_opened(std::string_view /*topic*/, Wants /*wants*/) {}
  virtual void topic_closed(std::string_view /*topic*/, Wants /*wants*/) {}
  /// Whether other nodes' broadcasts on an open topic arrive here yet.
  virtual bool is_subscribed(std::string_view /*topic*/) const { return true; }
  /// Calls `then` once they do, on any thread; dropped if the topic is closed first.
  virtual void when_subscribed(std::string_view /*topic*/, std::function<void()> then) { then(); }
  /// A traced client's process subscribed to the topic, or such a subscription ended: other nodes'
  /// broadcasts on it begin traces meanwhile. On the hub's thread.
  virtual void topic_traced(std::string_view /*topic*/, process::HopRecorder& /*recorder*/) {}
  virtual void topic_untraced(std::string_view /*topic*/) {}
  //! [adapter_topics]
};

}  // namespace phx::pubsub
