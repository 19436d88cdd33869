#pragma once
/// \file
/// What travels between nodes: `{3, Mode, Node, Topic, Message, Dispatcher}`, of
/// phoenix_pubsub_redis 3.
///
/// Message is a Phoenix.Socket.Broadcast, by the dispatcher Phoenix.Channel.Server, or any term, by
/// Phoenix.PubSub. A message that Phoenix could not handle would crash the processes that carry all
/// others there; so what is written here is checked first, and what is read here is believed last.

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "etf/term.h"
#include "pubsub/pubsub.h"

namespace phx::cluster {

class Interest;

/// The event that ends a user's sockets, on the topic that is their id.
constexpr std::string_view disconnect_event = "disconnect";

/// `except`: to all but `node`, which is the sender. `only`: to `node`.
struct Route {
  enum Mode : unsigned char { except, only };
  Mode mode = except;
  etf::Term node;  ///< A text, or an atom: of the same letters, but another name.
};

struct EnvelopeOptions {
  /// 1 to 9 compresses where that makes a message shorter; 0 never does.
  std::size_t compression_level = 0;
  /// Of one message, before it is compressed; larger ones are neither sent nor read.
  std::size_t max_bytes = std::size_t{16} << 20;
};

/// Other nodes can't be sent this, or it is not one of theirs; what() says why.
class BadEnvelope : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nothing for an event that only this program knows. \throws serializer::EncodeError for what
/// no client could be sent: a payload that is neither a JSON object nor binary, a topic or an event
/// that is not valid UTF-8. \throws BadEnvelope for what clients here may be sent, and nodes not:
/// what is beyond the limits, and broadcasts on the topics of trackers.
std::optional<std::string> seal(const Route& route, std::string_view topic,
                                const pubsub::Event& event, const EnvelopeOptions& options);

/// Whether trackers speak to each other on this topic.
bool of_trackers(std::string_view topic);

/// A message for this node.
struct Opened {
  std::string topic;
  pubsub::EventPtr event;
  pubsub::Dispatcher dispatch;
};

/// Nothing for a message that is not for the node of this name, nor for one on a topic in which
/// there is no interest; such a one is not read any further. \throws BadEnvelope.
std::optional<Opened> open(std::string_view bytes, std::string_view own_node,
                           const EnvelopeOptions& options, const Interest* interest = nullptr);

}  // namespace phx::cluster
