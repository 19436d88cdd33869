/// The diff of a list: your own.
///
/// What the client has is in `hole_.child`: a Node with `list` set, whose `entries` each have a key
/// and a tree of their own. You write into `renderer_.out_`, a text of JSON, from `mark_` on:
///
///     {"k":{"0":{…},"1":[0,{…}],"2":1,"kc":3},"s":0}
///
/// README.md beside this file says in which order to write the parts.

#include "live_view/keyed.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "chapters/not_written.h"
#include "live_view/html.h"

namespace phx::live_view {

using exercise::not_written;  // goes with the last part that you write

/// - [1] In a page (renderer_.page_) there is nothing to prepare, and nothing is written.
/// - In a diff: [2] takes the entries that the client has out of the hole, if it is a list already
///   (known_). [3] Notes which key stood where. [4] Begins the object: `{"k":{`.
/// - [5] Where the renderer has no place for statics (renderer_.shared_ is null, inside a
///   component), it gets ours, until end().
Keyed::Keyed(Renderer& renderer, Hole& hole, bool must)
    : renderer_(renderer),
      hole_(hole),
      must_(must),
      known_(!renderer.page_ && hole.child && hole.child->list),
      mark_(renderer.out_.size()),
      outer_shared_(renderer.shared_) {
  // Yours: Keyed::Keyed
  not_written("Keyed::Keyed");
}

/// [6] Where the entry with this key stood when the list was last written. [7] old_.size() for one
/// that is new. [8] Without a key it is the same place.
std::size_t Keyed::old_place(std::string_view key) const {
  // Yours: old_place
  not_written("old_place", key);
}

/// [9] The renderer's slot is `into` while body() runs. [10] entry_ tells it to write neither
/// statics nor "r". [11] An empty body throws std::logic_error.
void Keyed::render(Node* into, const std::function<Html()>& body) {
  // Yours: render
  not_written("render", into, body);
}

/// out_ has the entry's key from `mark` on, and what is new in it from `begin` on: `{}` if nothing
/// is.
///
/// - [12] A known entry at its old place with nothing new: all of it goes.
/// - [13] At another place with nothing new: its old place, a number.
/// - [14] At another place with something new: `[before,{…}]`.
/// - [15] What remains ends with a comma, and the list has changed_.
void Keyed::finish_entry(std::size_t mark, std::size_t begin, bool known, std::size_t before) {
  // Yours: finish_entry
  not_written("finish_entry", mark, begin, known, before);
}

/// - [16] In a page: renders into a Node that is dropped.
/// - In a diff: [17] finds the entry's tree, or makes one. [18] Writes its key, its place, and
///   renders it. [19] Keeps it in the list. [20] A stream's entries are not kept.
/// - [21] A key that comes twice throws std::logic_error. [22] So does an entry of another template
///   than the first.
void Keyed::entry(std::string_view key, const std::function<Html()>& body) {
  // Yours: entry
  not_written("entry", key, body);
}

/// - [23] Ends the object, and returns whether anything of it remains.
/// - [24] A list that has no entries and never had any is an empty text: renderer_.text(hole_,
/// must_,
///   "").
/// - [25] "kc", the count, only if something has changed: an entry, the count, or the list is new.
///   [26] But always for a list without entries that must be sent (must_): a stream that only
///   deletes says "kc":0.
/// - [27] "s" only if the client does not have the statics (known_). [28] In a component "p", our
///   place for statics (own_), comes before it where it is not empty, whether the client has the
///   list's statics or not: an entry may have brought a template that is new.
/// - [29] Then what the stream does, if it is one.
bool Keyed::end(std::string_view stream) {
  // Yours: end
  not_written("end", stream);
}

}  // namespace phx::live_view
