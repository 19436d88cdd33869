#pragma once
/// \file
/// A template, taken apart once: the texts that never change, and the holes between them.
///
///     <li id={}>{} <b class="{}">    becomes  "<li", ">", " <b class=\"", "\">" and three holes
///
/// A hole after `name=` is a whole attribute: false and nothing leave it out, true writes its name
/// alone. `{{` and `}}` are braces. Mirrors what `~H` compiles to.

#include <string>
#include <string_view>
#include <vector>

namespace phx::live_view {

struct Template {
  /// \throws std::invalid_argument for a brace that opens or closes nothing.
  explicit Template(std::string_view text);
  /// The template of this literal, parsed at its first use and kept for ever. Any thread.
  static const Template& of(std::string_view literal);

  std::vector<std::string> statics;     ///< One more than there are holes.
  std::vector<std::string> attributes;  ///< A hole's ` name`, or empty.
  std::string json;                     ///< The statics as a JSON array.
  bool root = false;                    ///< Whether all of it is one element.

  std::size_t holes() const { return attributes.size(); }
};

/// Counts the holes of a template; for a check at compile time.
consteval std::size_t count_holes(std::string_view text) {
  std::size_t holes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
    if (text[i] == '{' && doubled) {
      ++i;
    } else if (text[i] == '}' && doubled) {
      ++i;
    } else if (text[i] == '{') {
      if (i + 1 >= text.size() || text[i + 1] != '}') throw "a { without a hole: write {{";
      ++i;
      ++holes;
    } else if (text[i] == '}') {
      throw "a } that ends nothing: write }}";
    }
  }
  return holes;
}

/// `&`, `<`, `>`, `"` and `'` as HTML writes them.
void append_escaped(std::string& out, std::string_view text);
/// As a JSON string, with its quotes.
void append_json(std::string& out, std::string_view text);

}  // namespace phx::live_view
