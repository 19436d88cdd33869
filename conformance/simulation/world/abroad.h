#pragma once
/// \file
/// What a node that is not ours sends, and what no node sends.

#include <string>
#include <vector>

#include "cluster/envelope.h"
#include "etf/term.h"
#include "etf/writer.h"

namespace phx::simulation::abroad {

using etf::Term;

constexpr const char* trackers_topic = "phx_presence:Elixir.World.Presence_shard0";
inline const Term by_channels = Term::atom("Elixir.Phoenix.Channel.Server");
inline const Term by_pubsub = Term::atom("Elixir.Phoenix.PubSub");

/// `{3, Mode, Node, Topic, Message, Dispatcher}`.
inline std::string envelope(const Term& mode, const Term& node, const Term& topic,
                            const Term& message, const Term& dispatcher) {
  return etf::encode(Term::tuple({3, mode, node, topic, message, dispatcher}));
}

inline Term broadcast(const Term& topic, const Term& event, const Term& payload) {
  return Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Socket.Broadcast")},
                    {Term::atom("event"), event},
                    {Term::atom("payload"), payload},
                    {Term::atom("topic"), topic}});
}

/// For `node`, one of ours, whose messages have these limits. Only those by its own name change
/// anything, and for a short time.
std::vector<std::string> lies_to(const std::string& node, const cluster::EnvelopeOptions& limits);

}  // namespace phx::simulation::abroad
