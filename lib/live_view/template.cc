/// Finds the holes of a template, and whether one element holds all of it.

#include "live_view/template.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "json/escape.h"

namespace phx::live_view {
namespace {

bool in_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == ':' ||
         c == '.' || c == '@';
}

/// Cuts ` name=` off the end of a static text; returns ` name`, or nothing if it ends otherwise.
std::string cut_attribute(std::string& text) {
  if (!text.ends_with('=')) return {};
  std::size_t begin = text.size() - 1;
  while (begin > 0 && in_name(text[begin - 1])) --begin;
  if (begin == text.size() - 1 || begin == 0 ||
      !std::isspace(static_cast<unsigned char>(text[begin - 1]))) {
    throw std::invalid_argument("expected a blank and an attribute's name before ={}, got \"" +
                                text + "\"");
  }
  std::string name = " " + text.substr(begin, text.size() - 1 - begin);
  while (begin > 0 && std::isspace(static_cast<unsigned char>(text[begin - 1]))) --begin;
  text.resize(begin);
  return name;
}

constexpr std::array<std::string_view, 14> void_elements{
    "area",  "base", "br",   "col",   "embed",  "hr",    "img",
    "input", "link", "meta", "param", "source", "track", "wbr"};

/// Whether the text is one element, with nothing around it. Holes are already gone.
bool is_one_element(const std::vector<std::string>& statics) {
  std::string text;
  for (std::size_t i = 0; i < statics.size(); ++i) text += (i > 0 ? "\x01" : "") + statics[i];
  int depth = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '<') {
      if (depth == 0) return false;
      ++at;
      continue;
    }
    if (at > 0 && depth == 0) return false;
    std::size_t end = at + 1;  // of the tag; a > inside quotes does not end it
    for (char quote = 0; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
      if (quote != 0) {
        if (text[end] == quote) quote = 0;
      } else if (text[end] == '"' || text[end] == '\'') {
        quote = text[end];
      }
    }
    if (end >= text.size()) return false;
    const bool closes = text[at + 1] == '/';
    std::size_t name_end = at + 1;
    while (name_end < end && in_name(text[name_end])) ++name_end;
    const std::string_view name = std::string_view(text).substr(at + 1, name_end - at - 1);
    const bool empty =
        text[end - 1] == '/' || text[at + 1] == '!' ||
        std::find(void_elements.begin(), void_elements.end(), name) != void_elements.end();
    if (closes) --depth;
    if (!closes && !empty) ++depth;
    if (depth < 0) return false;
    at = end + 1;
  }
  return depth == 0 && !text.empty();
}

}  // namespace

Template::Template(std::string_view text) {
  std::string piece;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if ((c == '{' || c == '}') && next == c) {
      piece += c;
      ++i;
    } else if (c == '{' && next == '}') {
      attributes.push_back(cut_attribute(piece));
      statics.push_back(std::move(piece));
      piece.clear();
      ++i;
    } else if (c == '{' || c == '}') {
      throw std::invalid_argument("expected {} for a hole, or a doubled brace, in a template: \"" +
                                  std::string(text) + "\"");
    } else {
      piece += c;
    }
  }
  statics.push_back(std::move(piece));
  root = is_one_element(statics);
  json = "[";
  for (const std::string& part : statics) {
    if (json.size() > 1) json += ',';
    append_json(json, part);
  }
  json += ']';
}

const Template& Template::of(std::string_view literal) {
  // A literal's address is its name. Of two literals at one address, one is the other's beginning.
  struct Key {
    const char* data;
    std::size_t size;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.data) ^ (key.size * 0x9E3779B97F4A7C15U);
    }
  };
  static thread_local std::unordered_map<Key, const Template*, Hash> mine;
  const Template*& known = mine[{literal.data(), literal.size()}];
  if (known != nullptr) return *known;
  static std::mutex guard;
  static std::map<std::string, std::unique_ptr<const Template>, std::less<>> all;
  const std::lock_guard lock(guard);
  auto& one = all[std::string(literal)];
  if (!one) one = std::make_unique<const Template>(literal);
  known = one.get();
  return *known;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      json::append_escape(out, c);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace phx::live_view
