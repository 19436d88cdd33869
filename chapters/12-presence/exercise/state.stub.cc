/// Who is present, as a value: your own.
///
/// state.h beside the real file has the types; README.md beside this one says in which order to
/// write the parts. All of it is maps and vectors: no process, no clock, no wire. topics_ is a map
/// from a topic to its Presences, and those a map from a key to its metas.

#include "presence/state.h"

#include <algorithm>
#include <optional>

#include "chapters/not_written.h"

namespace phx::presence {

using exercise::not_written;  // goes with the last part that you write

/// What was said, and beside it `phx_ref`. `said` itself stays as it is: `set` changes the copy
/// that you take, and nothing else.
Json Meta::shown() const {
  // Yours: Meta::shown
  not_written("Meta::shown", said);
}

/// `{"u": {"metas": [M, M]}}`, with each meta as it is shown, in its order.
Json shown(const Presences& presences) {
  // Yours: shown
  not_written("shown", presences);
}

/// Nothing where this process (meta.pid) is tracked under the key already. Else the meta goes
/// behind the others of the key; the diff is its join, and nothing leaves.
Diff State::track(std::string_view topic, std::string_view key, Meta meta) {
  // Yours: State::track
  not_written("State::track", topic, key, meta);
}

/// Nothing where the process is not tracked under that key of that topic. Else the old meta goes,
/// and the new one comes behind the others of the key; what it says has `phx_ref_prev` beside it,
/// the old one's phx_ref. The diff: the old one leaves, the new one joins.
Diff State::update(std::string_view topic, std::string_view key, Meta meta) {
  // Yours: State::update
  not_written("State::update", topic, key, meta);
}

/// Nothing where the process is not tracked there. Else its meta goes, and the diff is its leave. A
/// key goes with its last meta, and a topic with its last key: who has gone takes no room.
Diff State::untrack(std::string_view topic, std::string_view key, process::Pid pid) {
  // Yours: State::untrack
  not_written("State::untrack", topic, key, pid);
}

/// The process is taken out from everywhere. By topic, what has left it: all its keys there in one
/// diff. A topic on which it was not is not in the result.
std::map<std::string, Diff> State::forget(process::Pid pid) {
  // Yours: State::forget
  not_written("State::forget", pid);
}

/// All processes of that shard (pid.shard) that are present on any topic.
std::set<process::Pid> State::processes(std::uint32_t shard) const {
  // Yours: State::processes
  not_written("State::processes", shard);
}

/// Who is on the topic; empty where nobody is. It is a reference: for "nobody" there must be
/// something to refer to.
const Presences& State::on(std::string_view topic) const {
  // Yours: State::on
  not_written("State::on", topic);
}

}  // namespace phx::presence
