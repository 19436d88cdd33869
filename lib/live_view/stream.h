#pragma once
/// \file
/// A list that only the client keeps: the server sends what is inserted and deleted, and forgets
/// it.
///
///     Stream<Item> items{"items"};  // ids: items-ID, by Item::id
///     items.insert({3, "three"});
///     items.remove(1);
///     html(R"(<ul id="items" phx-update="stream">{}</ul>)",
///          stream(items, [](const std::string& id, const Item& item) {
///            return html("<li id={}>{}</li>", id, item.name);
///          }));
///
/// Mirrors Phoenix.LiveView.stream/4, stream_insert/4, stream_delete/3.

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live_view/html.h"
#include "live_view/keyed.h"
#include "live_view/limits.h"

namespace phx {

/// Where an item goes. `at`: -1 for the end, 0 for the beginning. `limit`: how many items the
/// client keeps; a negative one drops from the beginning.
struct StreamInsert {
  int at = -1;
  std::optional<int> limit = {};
  bool update_only = false;
};

template <class Item>
class Stream : public live_view::Tracked {
 public:
  /// `ref` numbers the streams of a view, from 0.
  explicit Stream(std::string name, int ref = 0) : Stream(std::move(name), ref, {}) {}
  Stream(std::string name, int ref, std::function<std::string(const Item&)> dom_id)
      : name_(std::move(name)), ref_(ref), dom_id_(std::move(dom_id)) {
    if constexpr (requires(const Item& item) { item.id; }) {
      if (!dom_id_) dom_id_ = [this](const Item& item) { return id_of(item.id); };
    }
  }

  /// Inserts many at once, such as the first items.
  void insert_all(std::vector<Item> items, int at = -1, std::optional<int> limit = {}) {
    for (Item& item : items) put(std::move(item), at, limit, std::nullopt);
  }
  void insert(Item item, StreamInsert how = {}) {
    put(std::move(item), how.at, how.limit, how.update_only);
  }
  /// Deletes the item of this id.
  template <class Id>
  void remove(const Id& id) {
    remove_by_dom_id(id_of(id));
  }
  void remove_by_dom_id(std::string dom_id) {
    check_room();
    deletes_.insert(deletes_.begin(), std::move(dom_id));
    touch();
  }
  /// The client removes all items; those inserted afterwards stay.
  void reset() {
    inserts_.clear();
    deletes_.clear();
    reset_ = true;
    touch();
  }

  // For stream().
  struct Insert {
    std::string dom_id;
    int at;
    Item item;
    std::optional<int> limit;
    std::optional<bool> update_only;
  };
  /// If an item is inserted twice, the later insert counts.
  std::vector<const Insert*> latest() const {
    std::vector<const Insert*> result;
    std::set<std::string_view> seen;
    for (auto insert = inserts_.rbegin(); insert != inserts_.rend(); ++insert) {
      if (seen.insert(insert->dom_id).second) result.push_back(&*insert);
    }
    std::reverse(result.begin(), result.end());
    return result;
  }
  std::string json() const {
    std::string out = "[\"" + std::to_string(ref_) + "\",[";
    for (auto insert = inserts_.rbegin(); insert != inserts_.rend(); ++insert) {
      if (out.back() == ']') out += ',';
      out += '[';
      live_view::append_json(out, insert->dom_id);
      out += "," + std::to_string(insert->at) + ",";
      out += (insert->limit ? std::to_string(*insert->limit) : "null") + ",";
      out += !insert->update_only ? "null]" : *insert->update_only ? "true]" : "false]";
    }
    out += "],[";
    for (const std::string& dom_id : deletes_) {
      if (out.back() != '[') out += ',';
      live_view::append_json(out, dom_id);
    }
    return out + (reset_ ? "],true]" : "]]");
  }
  void note() const { noted(); }
  void forget() const {
    inserts_.clear();
    deletes_.clear();
    reset_ = false;
  }

 private:
  template <class Id>
  std::string id_of(const Id& id) const {
    std::string text = name_ + "-";
    if constexpr (std::is_arithmetic_v<Id>) {
      text += std::to_string(id);
    } else {
      text += id;
    }
    return text;
  }
  void check_room() const {
    if (inserts_.size() + deletes_.size() < live_view::max_stream_changes) return;
    throw std::length_error("expected at most " + std::to_string(live_view::max_stream_changes) +
                            " changes of a stream between two diffs, got one more: \"" + name_ +
                            "\"");
  }
  void put(Item item, int at, std::optional<int> limit, std::optional<bool> update_only) {
    check_room();
    std::string dom_id = dom_id_(item);
    inserts_.push_back({std::move(dom_id), at, std::move(item), limit, update_only});
    touch();
  }

  const std::string name_;
  const int ref_;
  std::function<std::string(const Item&)> dom_id_;
  mutable std::vector<Insert> inserts_;
  mutable std::vector<std::string> deletes_;
  mutable bool reset_ = false;
};

namespace live_view {

template <class Item, class Body>
struct StreamPart {
  const Stream<Item>& source;
  const Body body;
  bool fill(Renderer& renderer, Hole& hole) const {
    const bool stale = renderer.must_send(hole);
    if (!stale) return false;  // nothing waits: what the client has is its own
    const Reads::Open reads(hole.reads);
    source.note();
    Keyed keyed(renderer, hole, stale);
    keyed.forget();
    for (const auto* insert : source.latest()) {
      keyed.entry({}, [&] { return body(insert->dom_id, insert->item); });
    }
    const bool written = keyed.end(source.json());
    if (!renderer.page()) source.forget();
    return written;
  }
};

}  // namespace live_view

/// The items of a stream that are to be inserted; `body` gets the id that the element must have.
template <class Item, class Body>
live_view::StreamPart<Item, Body> stream(const Stream<Item>& source, Body body) {
  return {source, std::move(body)};
}

}  // namespace phx
