#pragma once
/// \file
/// Encodes and decodes the tracker's messages as Phoenix nodes do: as Erlang terms.
///
///     {:pub, :heartbeat, Ref, :empty | Delta, {Ref, Clocks}}
///     {:pub, :transfer_req, ReqRef, Ref, {Ref, Clocks}}
///     {:pub, :transfer_ack, ReqRef, Ref, Delta | {State, Values}}
///     {:pub, :graceful_permdown, Ref}
///
///     ReqRef = any term; {:phx_page, Clocks} asks a replica of this library for a page, see Pages
///     Ref = {Name, Vsn}    Clocks = %{Ref => Clock}    Tag = {Ref, Clock}
///     Values = %{Tag => {Pid, Topic, Key, Meta}}
///     Delta = %Phoenix.Tracker.State{clouds: %{Ref => MapSet of Tag}, values: Values, …}
///
/// Any other message crashes a Phoenix node's shard, with all channels that it tracks. So encoded
/// messages have all ten pairs of the struct, and only valid UTF-8. Decoded messages are untrusted:
/// they are checked, and an invalid one is refused whole.

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "etf/reader.h"
#include "etf/term.h"
#include "presence/tracker_message.h"
#include "pubsub/pubsub.h"

namespace phx::presence {

/// The first item of a request's ref that asks for a page.
constexpr std::string_view page_atom = "phx_page";

/// The term is not a tracker's message; what() says what was expected.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// This node's presences get pids of a node name of their own, because Phoenix nodes on Redis all
/// share one node name, and their pids can be mistaken for each other's. Each presence has its own
/// pid, even if a channel has several: a Phoenix node has one presence of a pid under a key. If it
/// misses a leave, the next presence would take the old one's place there, and the node's clients,
/// which are not notified, would see both for ever.
struct PidSpace {
  etf::Atom node;
  std::uint32_t creation = 1;  ///< Different in each run; not 0.

  etf::Pid pid(Count count) const;
};

/// In the external term format.
std::string encode(const TrackerMessage& message, const PidSpace& pids);

/// Encodes a long answer, piece by piece; the last piece completes it. Neither copied nor moved.
class LongAckWriter {
 public:
  explicit LongAckWriter(const PidSpace& pids);
  LongAckWriter(const LongAckWriter&) = delete;
  LongAckWriter& operator=(const LongAckWriter&) = delete;
  ~LongAckWriter();

  void write(const LongAck& piece);
  std::string take();

 private:
  struct Encoder;
  const std::unique_ptr<Encoder> encoder_;
};

/// Messages of another node's tracker, as an event on its topic. Decoded before a shard gets it,
/// because long ones take time. Handle them one after the other: a long transfer comes in slices,
/// so that none takes long.
struct TrackerEvent final : pubsub::Event {
  std::vector<TrackerMessage> messages;
  std::size_t unreadable = 0;  ///< See Decoded.
};

/// A message, and the number of its presences that can't be shown to clients: they count as having
/// left.
struct Decoded {
  TrackerMessage message;
  std::size_t unreadable = 0;
};
/// \throws WireError.
Decoded decode(const etf::Term& term);
/// The same, as an event. \throws WireError.
std::shared_ptr<const TrackerEvent> tracker_event_in(const etf::Term& term);

/// For this node's trackers, each on its topic: other nodes can be reached again.
struct Reconnected final : pubsub::Event {};

/// A replica with this node's name: this node itself, or another. An event on its topic.
struct OwnName final : pubsub::Event {
  explicit OwnName(ReplicaRef from) : ref(std::move(from)) {}
  const ReplicaRef ref;
};
/// The sender of the next message, read no further; null if it is not a heartbeat. \throws
/// WireError, etf::TermError.
std::shared_ptr<const OwnName> own_name_in(etf::Reader& reader);

}  // namespace phx::presence
