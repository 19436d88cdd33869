#pragma once
/// \file
/// Walks a page's templates, and writes what the client lacks: a diff. Or all of it, as HTML.
///
/// The client keeps a tree of what it has: `{"s": statics, "0": …, "1": …}`. The server keeps a
/// tree of the same shape, without the texts: which template stands in each hole, and the versions
/// of the assigns that it was made of. A diff is the same tree with only what is new:
///
///     "0": "text"          a hole
///     "s": 3               the statics, as a place in "p"; only where the template is new
///     "p": {"3": […]}      the statics of this message, each once
///     "r": 1               the template is one element
///     "k": {"0": …, "kc": 1}   a list's entries and their number
///     "stream": […]        what a stream inserts, deletes and resets
///     "c": {"1": …}        the components
///     "e": […], "t": "…"   events for the client, the page's title
///
/// Mirrors Phoenix.LiveView.Diff of 1.1, and Rendered.to_iodata/1.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "live_view/assign.h"
#include "live_view/template.h"

namespace phx {
class Html;
class LiveComponent;
}  // namespace phx

namespace phx::live_view {

struct Node;
struct Part;

/// Writes `"key":`.
void append_key(std::string& out, std::size_t key);
/// Ends an object, in place of the comma that its last member left.
void close(std::string& out);

/// What the client has in one hole.
struct Hole {
  Reads reads;                           ///< What it was made of.
  std::unique_ptr<Node> child = {};      ///< A template or a list, if it is not a text.
  std::optional<std::string> text = {};  ///< Kept only where equal texts are not sent again.

  bool stale() const;
};

/// A template with its holes, or the entries of a list.
struct Node {
  struct Entry {
    std::string key;
    std::unique_ptr<Node> node;
  };
  const Template* tmpl = nullptr;  ///< A list's is that of its entries.
  std::vector<Hole> holes = {};
  bool list = false;
  std::vector<Entry> entries = {};

  bool stale() const;
};

/// The statics of one message, in the order in which they come.
class Shared {
 public:
  std::size_t place_of(const Template& tmpl);
  bool empty() const { return all_.empty(); }
  void write(std::string& out) const;

 private:
  std::vector<const Template*> all_;
};

/// A page's components: each has a number, its cid, and a tree of its own.
class Components {
 public:
  using Make = std::function<std::unique_ptr<LiveComponent>()>;
  struct One {
    std::unique_ptr<LiveComponent> component;
    std::string id = {};
    Node node = {};
    std::type_index type = typeid(void);
    bool doomed = false;  ///< The client will destroy it, unless it is rendered again.
  };
  Components();
  ~Components();
  One* find(int cid);
  /// The component of this type and id, made at its first use. \throws std::length_error over
  /// max_components.
  int cid_of(std::type_index type, const std::string& id, const Make& make);
  void doom(int cid);
  /// Removes it if it is still doomed.
  bool destroy(int cid);

 private:
  std::map<int, One> all_;
  std::map<std::pair<std::type_index, std::string>, int> cids_;
  int next_ = 1;
};

/// What a message carries besides the page: JSON texts, or empty.
struct Extras {
  std::string events = {};
  std::string reply = {};
  std::optional<std::string> title = {};
};

class Renderer {
 public:
  /// The renderer that is running. \throws std::logic_error outside of a rendering.
  static Renderer& current();

  /// Renders one template into the slot.
  Html render(const Template& tmpl, std::span<const Part> parts);

  // For what fills a hole.

  bool page() const { return page_; }
  Components& components() const { return *components_; }
  const std::string& attribute() const { return *attribute_; }
  /// Whether the hole is new to the client, or an assign that it read has changed.
  bool must_send(const Hole& hole) const { return page_ || first_ || hole.reads.stale(); }
  /// Whether nothing in it can have changed: only in render() itself, where nothing but assigns
  /// changes. In templates inside it a lambda may have taken other values along.
  bool may_skip(const Hole& hole) const { return top_ && !hole.stale(); }
  /// Each returns whether anything was written for the hole.
  bool text(Hole& hole, bool must, std::string text);
  bool number(Hole& hole, bool must, int number);
  bool nested(Hole& hole, bool must, const std::function<Html()>& body);
  /// The layout's hole for the view: what is rendered there is render() itself.
  bool inner(Hole& hole, const std::function<Html()>& body);
  /// Renders a component here in a page, or queues it for a diff.
  bool component(Hole& hole, bool must, int cid);

  /// While it lives, a template in a hole is a block, never one element of its own ("r").
  struct Block {
    Renderer& renderer;
    const bool before;
    ~Block() { renderer.block_ = before; }
  };
  Block block() { return {*this, std::exchange(block_, true)}; }

 private:
  friend class Page;
  friend class Keyed;
  Renderer(std::string& out, Components& components, bool page);
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  ~Renderer();

  void holes(const Template& tmpl, std::span<const Part> parts, Node& node, bool same);
  void render_page(const Template& tmpl, std::span<const Part> parts);
  void write_statics(std::string& out, const Template& tmpl);
  std::string pending(const std::vector<int>& asked);

  std::string& out_;
  Components* components_;
  const bool page_;
  Shared* shared_ = nullptr;  ///< Null inside components, whose statics stand where they are.
  Node* slot_ = nullptr;      ///< Where the next template goes; null once it is filled.
  bool entry_ = false;        ///< The slot is a list's entry: neither "s" nor "r".
  bool whole_ = false;        ///< The slot is the page's or a component's root.
  bool root_new_ = false;     ///< That root was new.
  bool first_ = true;
  bool top_ = true;
  bool top_next_ = true;  ///< Whether the slot's template will be a top one.
  bool block_ = false;
  const std::string* attribute_;
  std::vector<int> asked_;  ///< Components to render, in order.
  Renderer* const outer_;
};

/// The page that one client has.
class Page {
 public:
  /// What has changed since the last call, as JSON; `{}` if nothing. The first has everything.
  std::string diff(const std::function<Html()>& render, const Extras& extras = {});
  /// The same after a component's event: only that component is looked at.
  std::string diff_of(int cid, const Extras& extras = {});
  /// All of it as HTML; nothing is kept.
  static std::string html(const std::function<Html()>& render);

  Components& components() { return components_; }

 private:
  static std::string assemble(std::string holes, const std::string& components,
                              const Extras& extras, const Shared& shared, const Template* new_root);
  Node root_;
  Components components_;
};

}  // namespace phx::live_view
