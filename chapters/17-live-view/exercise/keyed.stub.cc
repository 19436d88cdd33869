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

/// In a page (renderer_.page_) there is nothing to prepare. In a diff: takes the entries that the
/// client has out of the hole, if it is a list already (known_), and notes which key stood where;
/// entries without a key are found by their place. Where the renderer has no place for statics
/// (renderer_.shared_ is null, inside a component), it gets ours, until end(). Begins the object:
/// `{"k":{`.
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

/// Where the entry stood when the list was last written; old_.size() for one that is new. Without a
/// key it is the same place.
std::size_t Keyed::old_place(std::string_view key) const {
  // Yours: old_place
  not_written("old_place", key);
}

/// Renders one entry: the renderer's slot is `into` while body() runs, and entry_ tells it to write
/// neither statics nor "r". An empty body throws std::logic_error.
void Keyed::render(Node* into, const std::function<Html()>& body) {
  // Yours: render
  not_written("render", into, body);
}

/// out_ has the entry's key from `mark` on, and what is new in it from `begin` on: `{}` if nothing
/// is. A known entry at its old place with nothing new: all of it goes. At another place with
/// nothing new: its old place, a number. At another place with something new: `[before,{…}]`. What
/// remains ends with a comma, and the list has changed_.
void Keyed::finish_entry(std::size_t mark, std::size_t begin, bool known, std::size_t before) {
  // Yours: finish_entry
  not_written("finish_entry", mark, begin, known, before);
}

/// In a page: renders into a Node that is dropped. In a diff: finds the entry's tree, or makes one;
/// writes its key, renders it, and keeps it in the list, unless it is a stream's. A key that comes
/// twice throws std::logic_error, and so does an entry of another template than the first.
void Keyed::entry(std::string_view key, const std::function<Html()>& body) {
  // Yours: entry
  not_written("entry", key, body);
}

/// Ends the object, and returns whether anything of it remains. A list that has no entries and
/// never had any is an empty text. "kc", the count, only if something has changed: an entry, the
/// count, or the list is new. "s" only if the client does not have the statics (known_). Then what
/// the stream does, if it is one.
bool Keyed::end(std::string_view stream) {
  // Yours: end
  not_written("end", stream);
}

}  // namespace phx::live_view
