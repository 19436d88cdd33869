#pragma once
/// \file
/// The tracker's messages as Phoenix nodes write and read them: Erlang terms.
///
///     {:pub, :heartbeat, Ref, :empty | Delta, {Ref, Clocks}}
///     {:pub, :transfer_req, ReqRef, Ref, {Ref, Clocks}}
///     {:pub, :transfer_ack, ReqRef, Ref, Delta | {State, Values}}
///     {:pub, :graceful_permdown, Ref}
///
///     Ref = {Name, Vsn}    Clocks = %{Ref => Clock}    Tag = {Ref, Clock}
///     Values = %{Tag => {Pid, Topic, Key, Meta}}
///     Delta = %Phoenix.Tracker.State{clouds: %{Ref => MapSet of Tag}, values: Values, …}
///
/// A Phoenix node's shard crashes at any other message, with all channels that it tracks: what is
/// written here has all ten pairs of the struct, and text that is text. What is read is a
/// stranger's: it is checked, and refused whole where it is not such a term.

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

/// A term that is none of the tracker's messages; what() says what was expected.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the pids of this node's presences look like elsewhere: those of a node of its own. Phoenix
/// nodes on Redis all have one node's name, so that their pids can be taken for each other's.
///
/// Each presence has another one, though a channel has many: a Phoenix node has one presence of a
/// pid under a key. Where it misses that the last one has left, the next takes its place there, and
/// the node's clients, who are never told, see both for ever.
struct PidSpace {
  etf::Atom node;
  std::uint32_t creation = 1;  ///< Another one in each run; not 0.

  etf::Pid pid(Count count) const;
};

/// In the external term format.
std::string encode(const TrackerMessage& message, const PidSpace& pids);

/// What another node's tracker has said, as an event on its topic: read before a shard sees it,
/// since what is long takes its time. To be received one after the other: a long transfer comes in
/// slices, so that none takes long.
struct Said final : pubsub::Event {
  std::vector<TrackerMessage> messages;
  std::size_t unreadable = 0;  ///< See Decoded.
};

/// A message, and how many presences in it no client could be shown: they count as having left.
struct Decoded {
  TrackerMessage message;
  std::size_t unreadable = 0;
};
/// \throws WireError.
Decoded decode(const etf::Term& term);
/// The same, as an event. \throws WireError.
std::shared_ptr<const Said> said_in(const etf::Term& term);

/// A replica that has this node's name: this node itself, or another node. An event on its topic.
struct OwnName final : pubsub::Event {
  explicit OwnName(ReplicaRef from) : ref(std::move(from)) {}
  const ReplicaRef ref;
};
/// Who says the message that comes next, read no further than that; null where it is no heartbeat.
/// \throws WireError, etf::TermError.
std::shared_ptr<const OwnName> own_name_in(etf::Reader& reader);

}  // namespace phx::presence
