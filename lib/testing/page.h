#pragma once
/// \file
/// HTML as a tree, and what a selector finds in it: how a test looks at a page.
///
///     const PageElement page = PageElement::parse(R"(<ul id="names"><li
///     class="new">Ada</li></ul>)"); page.find("#names li.new").at(0)->text();  // "Ada"
///
/// A selector is made of tags, `#id`, `.class`, `[name]`, `[name=value]` (also `^=`, `$=`, `*=`)
/// and `:nth-child(2)`, put together; a blank between two stands for inside of, `>` for directly
/// inside of, a comma for either.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::testing {

/// An element with all that is inside, or a text. A value.
struct PageElement {
  std::string tag = {};    ///< Lower case; empty for a text.
  std::string words = {};  ///< A text's.
  std::vector<std::pair<std::string, std::string>> attributes = {};
  std::vector<PageElement> children = {};

  /// A page, or part of one: an element without a tag around it. \throws std::invalid_argument for
  /// an element that is not closed, or closed twice, and for an id that stands twice.
  static PageElement parse(std::string_view html);

  std::optional<std::string> attribute(std::string_view name) const;
  bool has_class(std::string_view name) const;
  /// All texts inside, with each run of blanks as one.
  std::string text() const;
  /// As HTML again, with attributes as they came.
  std::string html() const;

  /// The elements inside that the selector names, in the order of the page. They live as long as
  /// this does. \throws std::invalid_argument for a selector that it can't read.
  std::vector<const PageElement*> find(std::string_view selector) const;
};

}  // namespace phx::testing
