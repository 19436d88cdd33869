#pragma once
/// \file
/// The way to other nodes: what one broadcasts, the others hear. Mirrors Phoenix.PubSub.Adapter.

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

namespace phx::pubsub {

struct Event;
class PubSub;

//! [adapter]
/// Set by EndpointOptions::pubsub; without one there is one node. It knows which events it can
/// send; others stay on their node. Any thread may call anything. Neither copied nor moved.
class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  /// What direct_broadcast() calls this node; no other node has the name.
  virtual const std::string& node_name() const = 0;

  /// A server runs: what other nodes broadcast goes to these hubs, one a shard, until close().
  virtual void open(std::vector<PubSub*> hubs, const telemetry::Telemetry& telemetry,
                    const Log& log) = 0;
  virtual void close() = 0;

  /// To all other nodes. Called before any subscriber of this node has got the event; never waits.
  /// \throws where other nodes could not read it, as serializer::EncodeError.
  virtual void broadcast(std::string_view topic, const std::shared_ptr<const Event>& event) = 0;
  /// To the node of this name alone: a text, or the atom by which a node of Erlang is called.
  virtual void direct_broadcast(const etf::Term& node, std::string_view topic,
                                const std::shared_ptr<const Event>& event) = 0;

  /// The first of a topic's subscribers with these wants has come to a hub, or the last has gone:
  /// what others broadcast on topics that no hub has need not be handed on, nor come to this node.
  /// On the hub's thread; never waits.
  virtual void topic_opened(std::string_view /*topic*/, Wants /*wants*/) {}
  virtual void topic_closed(std::string_view /*topic*/, Wants /*wants*/) {}
  /// Whether what others broadcast on an open topic arrives here by now.
  virtual bool hears(std::string_view /*topic*/) const { return true; }
  /// Calls `then` once it does, on any thread; forgotten where the topic is closed before.
  virtual void when_heard(std::string_view /*topic*/, std::function<void()> then) { then(); }
};
//! [adapter]

}  // namespace phx::pubsub
