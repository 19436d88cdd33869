/// Merges diffs as a browser's script does.

#include "testing/page_tree.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "testing/page.h"

namespace phx::testing {

/// One hole's content.
struct PageTree::Node {
  enum Kind { text, component, part, list } kind = text;
  std::string words = {};                 ///< A text's HTML.
  int cid = 0;                            ///< A component's.
  std::vector<std::string> statics = {};  ///< A part's, or that of a list's entries.
  std::map<std::size_t, std::unique_ptr<Node>> holes = {};  ///< A part's, or a list's entries.
  /// A stream's items, by their ids; only the client has them.
  bool stream = false;
  std::vector<std::pair<std::string, std::string>> items = {};
};

namespace {

using Templates = std::map<std::string, std::vector<std::string>>;

bool is_place(const std::string& key) {
  return !key.empty() &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> texts(const Json& array) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < array.size(); ++i) all.push_back(array[i].string_or(""));
  return all;
}

/// The statics themselves, or their place among the message's.
std::vector<std::string> statics_of(const Json& statics, const Templates* templates) {
  if (statics.is_array()) return texts(statics);
  const std::string place = std::to_string(statics.integer_or(-1));
  const auto found = templates != nullptr ? templates->find(place) : Templates::const_iterator();
  if (templates == nullptr || found == templates->end())
    throw std::runtime_error("expected the place of a template in \"p\", got " + statics.dump());
  return found->second;
}

/// The message's templates, or those that this part brings along.
std::optional<Templates> templates_of(const Json& diff) {
  if (!diff.has("p")) return std::nullopt;
  Templates all;
  for (const auto& [place, statics] : diff["p"].sorted_members()) all[place] = texts(statics);
  return all;
}

}  // namespace

PageTree::PageTree() : root_(std::make_unique<Node>()) {}
PageTree::~PageTree() = default;
PageTree::PageTree(PageTree&&) noexcept = default;
PageTree& PageTree::operator=(PageTree&&) noexcept = default;

// --- Merging -------------------------------------------------------------------------------------

void PageTree::merge(const Json& diff) {
  for (const auto& [cid, component] : diff["c"].sorted_members()) {
    auto& one = components_[std::stoi(cid)];
    if (!one) one = std::make_unique<Node>();
    merge_node(*one, component, nullptr);
  }
  merge_node(*root_, diff, nullptr);
}

void PageTree::merge_node(Node& node, const Json& diff, const Templates* templates) {
  const auto own = templates_of(diff);
  if (own) templates = &*own;
  if (diff.has("s")) {
    std::vector<std::string> statics = statics_of(diff["s"], templates);
    node = Node();
    node.kind = diff.has("k") ? Node::list : Node::part;
    node.statics = std::move(statics);
  }
  if (diff.has("k")) return merge_list(node, diff, templates);
  for (const auto& [key, value] : diff.sorted_members()) {
    if (!is_place(key)) continue;  // "s", "p", "c", "r", "e", "t"
    if (node.kind != Node::part || std::stoul(key) + 1 >= node.statics.size()) {
      throw std::runtime_error("expected a hole of what the client has, got \"" + key +
                               "\": " + value.dump());
    }
    auto& hole = node.holes[std::stoul(key)];
    if (!hole) hole = std::make_unique<Node>();
    merge_hole(*hole, value, templates);
  }
}

void PageTree::merge_hole(Node& hole, const Json& diff, const Templates* templates) {
  if (diff.is_object()) return merge_node(hole, diff, templates);
  hole = Node();
  if (diff.is_integer()) {
    hole.kind = Node::component;
    hole.cid = static_cast<int>(diff.integer_or(0));
  } else {
    hole.words = diff.string_or("");
  }
}

void PageTree::merge_list(Node& list, const Json& diff, const Templates* templates) {
  if (list.kind != Node::list)
    throw std::runtime_error("expected a list's entries where the client has a list, got " +
                             diff.dump());
  const Json entries = diff["k"];
  // An entry may come from any old place, which another may have taken before it.
  std::map<std::size_t, std::unique_ptr<Node>> old = std::move(list.holes), now;
  const std::size_t count = static_cast<std::size_t>(entries["kc"].integer_or(0));
  const auto take = [&](std::size_t place) {
    const auto found = old.find(place);
    if (found == old.end() || !found->second)
      throw std::runtime_error("expected an old place of the list, got " + std::to_string(place));
    return std::move(found->second);
  };
  for (const bool moved : {true, false}) {
    for (std::size_t i = 0; i < count; ++i) {
      const Json entry = entries[std::to_string(i)];
      if ((entry.is_integer() || entry.is_array()) != moved) continue;
      if (moved) {
        const Json from = entry.is_integer() ? entry : entry[std::size_t{0}];
        now[i] = take(static_cast<std::size_t>(from.integer_or(-1)));
        if (entry.is_array()) merge_node(*now[i], entry[1], templates);
        continue;
      }
      const auto kept = old.find(i);
      now[i] =
          kept != old.end() && kept->second ? std::move(kept->second) : std::make_unique<Node>();
      if (now[i]->statics.empty()) {
        now[i]->kind = Node::part;
        now[i]->statics = list.statics;
      }
      if (entry.is_object()) merge_node(*now[i], entry, templates);
    }
  }
  list.holes = std::move(now);
  if (diff.has("stream")) apply_stream(list, diff["stream"]);
}

// --- Streams -------------------------------------------------------------------------------------

namespace {

/// What a stream says of one item: `["items-3", at, limit, update_only]`.
struct Insert {
  long long at = -1;
  std::optional<long long> limit = {};
  bool update_only = false;
};

std::map<std::string, Insert> inserts_of(const Json& stream) {
  std::map<std::string, Insert> all;
  const Json inserts = stream[1];
  for (std::size_t i = inserts.size(); i-- > 0;) {  // the newest stands first
    const Json one = inserts[i];
    Insert insert{one[1].integer_or(-1)};
    if (one[2].is_integer()) insert.limit = one[2].integer_or(0);
    insert.update_only = one[3] == Json(true);
    all[one[std::size_t{0}].string_or("")] = insert;
  }
  return all;
}

using Items = std::vector<std::pair<std::string, std::string>>;

void put(Items& items, std::string id, std::string html, const Insert& how) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.first == id; });
  if (found != items.end()) {
    found->second = std::move(html);
    return;
  }
  if (how.update_only) return;
  const bool last = how.at < 0 || how.at >= static_cast<long long>(items.size());
  items.insert(last ? items.end() : items.begin() + how.at, {std::move(id), std::move(html)});
}

void keep(Items& items, long long limit) {
  const auto count = static_cast<long long>(items.size());
  const long long over = count - std::abs(limit);
  if (over <= 0) return;
  if (limit < 0) items.erase(items.begin(), items.begin() + over);
  if (limit >= 0) items.erase(items.end() - over, items.end());
}

}  // namespace

void PageTree::apply_stream(Node& list, const Json& stream) {
  list.stream = true;
  if (stream[3] == Json(true)) list.items.clear();
  const Json deletes = stream[2];
  for (std::size_t i = 0; i < deletes.size(); ++i) {
    std::erase_if(list.items,
                  [&](const auto& item) { return item.first == deletes[i].string_or(""); });
  }
  const auto inserts = inserts_of(stream);
  for (const auto& [place, entry] : list.holes) {
    std::string html = html_of(*entry);
    const PageElement page = PageElement::parse(html);
    const auto elements = page.find("[id]");
    const std::string id = elements.empty() ? "" : elements[0]->attribute("id").value_or("");
    const auto insert = inserts.find(id);
    if (insert == inserts.end())
      throw std::runtime_error("expected the id that stream() gave its item, got: " + html);
    put(list.items, id, std::move(html), insert->second);
    if (insert->second.limit) keep(list.items, *insert->second.limit);
  }
  list.holes.clear();
}

// --- As a page -----------------------------------------------------------------------------------

std::string PageTree::html() const { return html_of(*root_); }

std::string PageTree::html_of(const Node& node) const {
  switch (node.kind) {
    case Node::text: return node.words;
    case Node::component: {
      const auto found = components_.find(node.cid);
      if (found == components_.end())
        throw std::runtime_error("expected the component " + std::to_string(node.cid) +
                                 ", which has not come");
      std::string html = html_of(*found->second);
      const std::size_t tag = html.find('<');
      const std::size_t end = html.find_first_of(" />", tag);
      if (end == std::string::npos) return html;
      return html.insert(end, " data-phx-component=\"" + std::to_string(node.cid) + "\"");
    }
    case Node::list: {
      std::string html;
      for (const auto& [id, item] : node.items) html += item;
      for (const auto& [place, entry] : node.holes) html += html_of(*entry);
      return html;
    }
    case Node::part: break;
  }
  std::string html;
  for (std::size_t i = 0; i < node.statics.size(); ++i) {
    html += node.statics[i];
    const auto hole = node.holes.find(i);
    if (hole != node.holes.end()) html += html_of(*hole->second);
  }
  return html;
}

void PageTree::mark(const Node& node, std::set<int>& seen) const {
  if (node.kind == Node::component && seen.insert(node.cid).second) {
    const auto found = components_.find(node.cid);
    if (found != components_.end()) mark(*found->second, seen);
  }
  for (const auto& [place, hole] : node.holes) mark(*hole, seen);
}

std::vector<int> PageTree::drop_components() {
  std::set<int> seen;
  mark(*root_, seen);
  std::vector<int> dropped;
  for (const auto& [cid, one] : components_) {
    if (!seen.contains(cid)) dropped.push_back(cid);
  }
  for (const int cid : dropped) components_.erase(cid);
  return dropped;
}

}  // namespace phx::testing
