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

/// [1] What was said, and beside it `phx_ref`: the meta's own, even where a phx_ref was said. [2]
/// `said` itself stays as it is: `set` changes the copy that you take, and nothing else.
Json Meta::shown() const {
  // Yours: Meta::shown
  not_written("Meta::shown", said);
}

/// [3] `{"u": {"metas": [M, M]}}`, with each meta as it is shown. [4] The metas stand in their
/// order.
Json shown(const Presences& presences) {
  // Yours: shown
  not_written("shown", presences);
}

/// [5] Where this process (meta.pid) is tracked under the key of the topic already, the diff is
/// empty. [6] Then what it said before stays, alone. [7] Else the meta goes after the others of the
/// key. [8] The diff is its join, and nothing leaves.
Diff State::track(std::string_view topic, std::string_view key, Meta meta) {
  // Yours: State::track
  not_written("State::track", topic, key, meta);
}

/// [9] Where the process is not tracked under that key of that topic, the diff is empty, and
/// nothing changes. [10] Else the old meta goes, and the new one comes after the others of the key.
/// [11] What it says has `phx_ref_prev` beside it, the old one's phx_ref. [12] The diff: the old
/// one leaves. [13] The new one joins, with its `phx_ref_prev`.
Diff State::update(std::string_view topic, std::string_view key, Meta meta) {
  // Yours: State::update
  not_written("State::update", topic, key, meta);
}

/// [14] Where the process is not tracked there, the diff is empty, and nothing changes. [15] Else
/// its meta goes. [16] The diff is its leave. [17] A key goes with its last meta. [18] A topic goes
/// with its last key, or a server would remember every topic that ever was.
Diff State::untrack(std::string_view topic, std::string_view key, process::Pid pid) {
  // Yours: State::untrack
  not_written("State::untrack", topic, key, pid);
}

/// [19] The process is taken out from everywhere, and no other is. [20] The result has, by topic,
/// what has left it: all the process's keys there in one diff. [21] A topic on which it was not is
/// not in the result.
std::map<std::string, Diff> State::forget(process::Pid pid) {
  // Yours: State::forget
  not_written("State::forget", pid);
}

/// [22] All processes of that shard (pid.shard) that are present on any topic. [23] Those of other
/// shards are not among them. [24] Nor are those that have left.
std::set<process::Pid> State::processes(std::uint32_t shard) const {
  // Yours: State::processes
  not_written("State::processes", shard);
}

/// [25] Who is on the topic. [26] Empty where nobody is: it is a reference, so for "nobody" there
/// must be something to refer to.
const Presences& State::on(std::string_view topic) const {
  // Yours: State::on
  not_written("State::on", topic);
}

}  // namespace phx::presence
