#pragma once
/// \file
/// A message between nodes: `{3, Mode, Node, Topic, Message, Dispatcher}`, of phoenix_pubsub_redis
/// 3.
///
/// Message is a Phoenix.Socket.Broadcast, by the dispatcher Phoenix.Channel.Server, or any term, by
/// Phoenix.PubSub. A message that Phoenix could not handle would crash the processes that carry all
/// others there. So outgoing messages are checked first, and incoming ones are not trusted.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "etf/term.h"
#include "pubsub/pubsub.h"

namespace phx::cluster {

class Interest;

/// The event that ends a user's sockets, published on their id.
constexpr std::string_view disconnect_event = "disconnect";

/// `except`: to all but `node`, which is the sender. `only`: to `node`.
struct Route {
  enum Mode : unsigned char { except, only };
  Mode mode = except;
  etf::Term node;  ///< A text or an atom; the two are different names, even with the same letters.
};

struct EnvelopeOptions {
  /// 1 to 9 compresses if that makes a message shorter; 0 never does.
  std::size_t compression_level = 0;
  /// The size of a message before compression; larger ones are neither sent nor read.
  std::size_t max_bytes = std::size_t{16} << 20;
  /// The same for trackers' messages, as Phoenix nodes send each other a whole list in one: 32 MB
  /// hold 210,000 presences. It is also what Redis queues for a subscriber unless configured
  /// (client-output-buffer-limit). Reading one takes 14 times its size in memory.
  std::size_t max_transfer_bytes = std::size_t{32} << 20;

  /// The largest message of any kind.
  std::size_t largest() const { return std::max(max_bytes, max_transfer_bytes); }
};

/// The message can't be sent to other nodes, or did not come from one; what() says why.
class BadEnvelope : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nothing for an event that only this program knows. \throws serializer::EncodeError for a message
/// that no client could be sent: a topic or an event that is not valid UTF-8. \throws BadEnvelope
/// for a message that only clients here may be sent: one beyond the limits, a payload that is
/// neither a JSON object nor binary, or a broadcast on a tracker's topic.
std::optional<std::string> seal(const Route& route, std::string_view topic,
                                const pubsub::Event& event, const EnvelopeOptions& options);

/// Whether trackers send each other messages on this topic.
bool of_trackers(std::string_view topic);

/// A message for this node.
struct Opened {
  std::string topic;
  pubsub::EventPtr event;
  pubsub::Dispatcher dispatch;
};

/// Nothing for a message to another node, or on a topic without interest, whose payload is not
/// read. \throws BadEnvelope.
std::optional<Opened> open(std::string_view bytes, std::string_view own_node,
                           const EnvelopeOptions& options, const Interest* interest = nullptr);

/// The topic of a message for this node; nothing for any other. Reads no further.
std::optional<std::string> topic_of(std::string_view bytes, std::string_view own_node,
                                    const EnvelopeOptions& options);

}  // namespace phx::cluster
