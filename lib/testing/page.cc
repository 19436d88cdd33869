/// Reads HTML strictly, so that a page which a browser would have to mend fails its test.

#include "testing/page.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <stdexcept>

#include "live_view/template.h"

namespace phx::testing {
namespace {

constexpr std::array<std::string_view, 14> void_elements{
    "area",  "base", "br",   "col",   "embed",  "hr",    "img",
    "input", "link", "meta", "param", "source", "track", "wbr"};

bool is_void(std::string_view tag) {
  return std::find(void_elements.begin(), void_elements.end(), tag) != void_elements.end();
}
bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool in_name(char c) { return !is_blank(c) && c != '>' && c != '/' && c != '=' && c != '<'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// The entities that templates write.
std::string unescaped(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> entities{{{"&amp;", '&'},
                                                                              {"&lt;", '<'},
                                                                              {"&gt;", '>'},
                                                                              {"&quot;", '"'},
                                                                              {"&#39;", '\''},
                                                                              {"&apos;", '\''}}};
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = std::find_if(entities.begin(), entities.end(), [&](const auto& entity) {
      return text.substr(at).starts_with(entity.first);
    });
    if (found == entities.end()) {
      result += text[at++];
    } else {
      result += found->second;
      at += found->first.size();
    }
  }
  return result;
}

/// From the text to the tree.
class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  PageElement read() {
    PageElement page;
    children(page);
    if (at_ < html_.size()) fail("expected no </" + closing_name() + "> without its element");
    return page;
  }

 private:
  bool comes(std::string_view text) const { return html_.substr(at_).starts_with(text); }

  void children(PageElement& parent) {
    while (at_ < html_.size() && !comes("</")) {
      if (comes("<!--")) {
        skip_past("-->");
      } else if (comes("<!")) {
        skip_past(">");
      } else if (html_[at_] == '<') {
        parent.children.push_back(element());
      } else {
        const std::size_t end = std::min(html_.find('<', at_), html_.size());
        parent.children.push_back({.words = unescaped(html_.substr(at_, end - at_))});
        at_ = end;
      }
    }
  }

  PageElement element() {
    ++at_;
    PageElement one{.tag = lower(name())};
    if (one.tag.empty()) fail("expected an element's name after <");
    while (!comes(">") && !comes("/>")) {
      if (at_ >= html_.size()) fail("expected a > that ends <" + one.tag);
      one.attributes.push_back(attribute());
    }
    const bool ends = comes("/>") || is_void(one.tag);
    at_ += comes("/>") ? 2 : 1;
    if (ends) return one;
    if (one.tag == "script" || one.tag == "style") {
      const std::size_t end = std::min(html_.find("</" + one.tag, at_), html_.size());
      one.children.push_back({.words = std::string(html_.substr(at_, end - at_))});
      at_ = end;
    } else {
      children(one);
    }
    if (!comes("</")) fail("expected </" + one.tag + ">, and the page ends");
    if (closing_name() != one.tag)
      fail("expected </" + one.tag + ">, got </" + closing_name() + ">");
    skip_past(">");
    return one;
  }

  std::pair<std::string, std::string> attribute() {
    std::string key = lower(name());
    if (key.empty()) fail("expected an attribute");
    skip_blanks();
    if (!comes("=")) return {std::move(key), ""};
    ++at_;
    skip_blanks();
    std::string value;
    if (comes("\"") || comes("'")) {
      const char quote = html_[at_++];
      const std::size_t end = html_.find(quote, at_);
      if (end == std::string_view::npos) fail("expected a quote that ends the attribute " + key);
      value = unescaped(html_.substr(at_, end - at_));
      at_ = end + 1;
    } else {
      value = unescaped(name());
    }
    skip_blanks();
    return {std::move(key), std::move(value)};
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < html_.size() && in_name(html_[at_])) ++at_;
    std::string result(html_.substr(begin, at_ - begin));
    skip_blanks();
    return result;
  }
  void skip_blanks() {
    while (at_ < html_.size() && is_blank(html_[at_])) ++at_;
  }
  void skip_past(std::string_view text) {
    const std::size_t end = html_.find(text, at_);
    at_ = end == std::string_view::npos ? html_.size() : end + text.size();
  }
  std::string closing_name() const {
    std::size_t end = at_ + 2;
    while (end < html_.size() && in_name(html_[end])) ++end;
    return lower(html_.substr(at_ + 2, end - at_ - 2));
  }
  [[noreturn]] void fail(const std::string& what) const {
    const std::size_t from = at_ > 60 ? at_ - 60 : 0;
    throw std::invalid_argument(what + ", after: " + std::string(html_.substr(from, at_ - from)));
  }

  std::string_view html_;
  std::size_t at_ = 0;
};

void expect_each_id_once(const PageElement& element, std::set<std::string>& seen) {
  if (const auto id = element.attribute("id"); id && !seen.insert(*id).second)
    throw std::invalid_argument("expected each id once in a page, got two elements with \"" + *id +
                                "\"");
  for (const PageElement& child : element.children) expect_each_id_once(child, seen);
}

void append_words(const PageElement& element, std::string& out) {
  for (const char c : element.words) {
    if (!is_blank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  for (const PageElement& child : element.children) append_words(child, out);
}

// --- Selectors -----------------------------------------------------------------------------------

/// `[name*=value]`; an operator of 0 asks only whether it is there.
struct Condition {
  std::string name;
  char how = 0;
  std::string value = {};

  bool holds(const PageElement& element) const {
    const auto has = element.attribute(name);
    if (!has) return false;
    switch (how) {
      case '=': return *has == value;
      case '^': return has->starts_with(value);
      case '$': return has->ends_with(value);
      case '*': return has->find(value) != std::string::npos;
      default: return true;
    }
  }
};

/// What stands between two blanks of a selector.
struct Step {
  bool directly = false;  ///< `>` stood before it.
  std::string tag = {};
  std::vector<std::string> classes = {};
  std::vector<Condition> conditions = {};
  std::size_t nth = 0;  ///< From 1; 0 for any.

  bool matches(const PageElement& element, std::size_t place) const {
    return (tag.empty() || tag == element.tag) && (nth == 0 || nth == place) &&
           std::all_of(classes.begin(), classes.end(),
                       [&](const std::string& name) { return element.has_class(name); }) &&
           std::all_of(conditions.begin(), conditions.end(),
                       [&](const Condition& one) { return one.holds(element); });
  }
};

class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : text_(text) {}

  std::vector<Step> read() {
    std::vector<Step> steps;
    bool directly = false;
    for (skip(); at_ < text_.size(); skip()) {
      if (text_[at_] == '>') {
        directly = true;
        ++at_;
        continue;
      }
      steps.push_back(step());
      steps.back().directly = std::exchange(directly, false);
    }
    if (steps.empty() || directly) fail();
    return steps;
  }

 private:
  Step step() {
    Step step;
    const std::size_t begin = at_;
    if (text_[at_] == '*') {
      ++at_;
    } else {
      step.tag = lower(name());
    }
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '>') part(step);
    if (at_ == begin) fail();
    return step;
  }

  void part(Step& step) {
    const char kind = text_[at_++];
    if (kind == '#') {
      step.conditions.push_back({"id", '=', named()});
    } else if (kind == '.') {
      step.classes.push_back(named());
    } else if (kind == '[') {
      step.conditions.push_back(condition());
    } else if (kind == ':' && text_.substr(at_).starts_with("nth-child(")) {
      at_ += 10;
      const std::size_t end = std::min(text_.find(')', at_), text_.size());
      const auto read = std::from_chars(text_.data() + at_, text_.data() + end, step.nth);
      if (read.ptr != text_.data() + end || step.nth == 0 || end == text_.size()) fail();
      at_ = end + 1;
    } else {
      fail();
    }
  }

  Condition condition() {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) fail();
    std::string_view inside = text_.substr(at_, end - at_);
    at_ = end + 1;
    const std::size_t equals = inside.find('=');
    if (equals == std::string_view::npos) return {lower(inside)};
    std::string_view value = inside.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    const char before = equals > 0 ? inside[equals - 1] : '=';
    const bool special = before == '^' || before == '$' || before == '*';
    return {lower(inside.substr(0, special ? equals - 1 : equals)), special ? before : '=',
            std::string(value)};
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '-' || text_[at_] == '_'))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string named() {
    std::string result = name();
    if (result.empty()) fail();
    return result;
  }
  void skip() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  [[noreturn]] void fail() const {
    throw std::invalid_argument("expected a selector such as \"#list li.done [name=x]\", got \"" +
                                std::string(text_) + "\"");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// An element and its place among the elements of its parent.
struct Placed {
  const PageElement* element;
  std::size_t place;
};

/// Whether the elements around, from the outermost, fulfil the steps up to `last`.
bool fits(const std::vector<Placed>& path, std::size_t depth, const std::vector<Step>& steps,
          std::size_t last) {
  if (!steps[last].matches(*path[depth].element, path[depth].place)) return false;
  if (last == 0) return !steps[0].directly || depth == 0;
  for (std::size_t above = depth; above-- > 0;) {
    if (fits(path, above, steps, last - 1)) return true;
    if (steps[last].directly) return false;
  }
  return false;
}

void collect(const PageElement& parent, const std::vector<std::vector<Step>>& selectors,
             std::vector<Placed>& path, std::vector<const PageElement*>& found) {
  std::size_t place = 0;
  for (const PageElement& child : parent.children) {
    if (child.tag.empty()) continue;
    path.push_back({&child, ++place});
    if (std::any_of(selectors.begin(), selectors.end(), [&](const std::vector<Step>& steps) {
          return fits(path, path.size() - 1, steps, steps.size() - 1);
        }))
      found.push_back(&child);
    collect(child, selectors, path, found);
    path.pop_back();
  }
}

}  // namespace

PageElement PageElement::parse(std::string_view html) {
  PageElement page = Reader(html).read();
  std::set<std::string> seen;
  expect_each_id_once(page, seen);
  return page;
}

std::optional<std::string> PageElement::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool PageElement::has_class(std::string_view name) const {
  const std::string all = " " + attribute("class").value_or("") + " ";
  return all.find(" " + std::string(name) + " ") != std::string::npos;
}

std::string PageElement::text() const {
  std::string out;
  append_words(*this, out);
  const std::size_t begin = out.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of(' ') - begin + 1);
}

std::string PageElement::html() const {
  std::string out;
  if (tag.empty()) live_view::append_escaped(out, words);
  if (!tag.empty()) {
    out += "<" + tag;
    for (const auto& [name, value] : attributes) {
      out += " " + name + "=\"";
      live_view::append_escaped(out, value);
      out += '"';
    }
    out += '>';
  }
  const bool raw = tag == "script" || tag == "style";
  for (const PageElement& child : children) out += raw ? child.words : child.html();
  if (!tag.empty() && !is_void(tag)) out += "</" + tag + ">";
  return out;
}

std::vector<const PageElement*> PageElement::find(std::string_view selector) const {
  std::vector<std::vector<Step>> selectors;
  for (std::size_t begin = 0; begin <= selector.size();) {
    const std::size_t end = std::min(selector.find(',', begin), selector.size());
    selectors.push_back(SelectorReader(selector.substr(begin, end - begin)).read());
    begin = end + 1;
  }
  std::vector<Placed> path;
  std::vector<const PageElement*> found;
  collect(*this, selectors, path, found);
  return found;
}

}  // namespace phx::testing
