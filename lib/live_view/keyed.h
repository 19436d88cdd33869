#pragma once
/// \file
/// A list in a template: `"k": {"0": …, "1": [0, …], "2": 1, "kc": 3}`.
///
/// An entry that the client has keeps its tree, and is written as what changed in it, as its old
/// place, or as both: `[old place, what changed]`. Mirrors Phoenix.LiveView.Keyed.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "live_view/renderer.h"

namespace phx::live_view {

/// Writes the entries of a list.
class Keyed {
 public:
  Keyed(Renderer& renderer, Hole& hole, bool must);
  Keyed(const Keyed&) = delete;
  Keyed& operator=(const Keyed&) = delete;
  void entry(std::string_view key, const std::function<Html()>& body);
  /// `stream` is the JSON of what a stream does; such entries are sent and forgotten.
  bool end(std::string_view stream = {});
  void forget() { stream_ = true; }

 private:
  /// The entry's place when the list was last written; the number of entries then, if it is new.
  std::size_t old_place(std::string_view key) const;
  void render(Node* into, const std::function<Html()>& body);
  /// Writes the least that the client needs: nothing, its old place, or what changed.
  void finish_entry(std::size_t mark, std::size_t begin, bool known, std::size_t before);

  Renderer& renderer_;
  Hole& hole_;
  const bool must_;
  bool stream_ = false;
  bool known_;        ///< The client has the list's statics.
  std::size_t mark_;  ///< Where the hole's JSON begins.
  std::size_t index_ = 0;
  std::size_t old_count_ = 0;
  bool changed_ = false;
  std::vector<Node::Entry> old_ = {};
  std::map<std::string, std::size_t, std::less<>> by_key_ = {};
  Shared own_ = {};  ///< In a component a list shares its own statics.
  Shared* outer_shared_;
};

}  // namespace phx::live_view
