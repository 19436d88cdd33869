#pragma once
/// \file
/// What a client has of a live page, and how a diff changes it: the other half of
/// live_view/renderer.h, which says what the members mean.
///
///     PageTree tree;
///     tree.merge(Json::parse(R"({"0":"1","s":["<b>","</b>"]})"));
///     tree.merge(Json::parse(R"({"0":"2"})"));
///     tree.html();  // "<b>2</b>"
///
/// Mirrors Rendered of phoenix_live_view's JavaScript, and as much of its DOM patch as streams
/// need.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json/json.h"

namespace phx::testing {

class PageTree {
 public:
  PageTree();
  ~PageTree();
  PageTree(PageTree&&) noexcept;
  PageTree& operator=(PageTree&&) noexcept;

  /// \throws std::runtime_error for a diff of something that the client does not have.
  void merge(const Json& diff);
  /// All of it; the element of each component carries `data-phx-component`.
  std::string html() const;
  /// The components that the page does not contain any more, forgotten from now on.
  std::vector<int> drop_components();

 private:
  struct Node;
  using Templates = std::map<std::string, std::vector<std::string>>;
  void merge_node(Node& node, const Json& diff, const Templates* templates);
  void merge_hole(Node& hole, const Json& diff, const Templates* templates);
  void merge_list(Node& list, const Json& diff, const Templates* templates);
  void apply_stream(Node& list, const Json& stream);
  std::string html_of(const Node& node) const;
  void mark(const Node& node, std::set<int>& seen) const;

  std::unique_ptr<Node> root_;
  std::map<int, std::unique_ptr<Node>> components_;
};

}  // namespace phx::testing
