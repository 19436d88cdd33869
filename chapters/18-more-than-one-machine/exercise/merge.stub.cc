/// What two nodes know becomes one: your own.
///
/// merge.h beside this file has the types and the contract; README.md says in which order to write
/// the parts. All of it is maps and sets: no process, no clock on the wall, no wire.

#include "chapters/18-more-than-one-machine/exercise/merge.h"

#include "chapters/not_written.h"

namespace phx::exercise {

bool knows(const State& state, const Tag& tag) {
  // Yours: knows
  not_written("knows", state, tag);
}

/// A node that has no clock yet, and 1 and 2 in the cloud, has the clock 2 afterwards. One that has
/// only 2 in the cloud has no clock afterwards, and keeps its 2.
State compact(State state) {
  // Yours: compact
  not_written("compact", state);
}

/// `ours` and `theirs` mean what they meant at first, all the way through: change a copy.
Merged merge(const State& ours, const State& theirs) {
  // Yours: merge
  not_written("merge", ours, theirs);
}

}  // namespace phx::exercise
