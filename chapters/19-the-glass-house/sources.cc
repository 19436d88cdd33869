/// Finds functions by the layout that clang-format gives them: a definition begins where its name
/// does, less indented than its lines, and ends with a brace at the same indent.

#include "sources.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace glass {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

std::size_t indent_of(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool is_comment(const std::string& line) { return line.compare(indent_of(line), 2, "//") == 0; }

bool calls_itself(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name + "(");
  if (at == std::string::npos || is_comment(line)) return false;
  return at == 0 ||
         (std::isalnum(static_cast<unsigned char>(line[at - 1])) == 0 && line[at - 1] != '_');
}

/// Index after the last line of what begins at `first`.
std::size_t end_of(const Lines& lines, std::size_t first) {
  const std::size_t indent = indent_of(lines[first]);
  for (std::size_t at = first; at < lines.size(); ++at) {
    const bool one_line = at == first && lines[at].ends_with("}");
    const bool closes = at > first && indent_of(lines[at]) == indent &&
                        lines[at].compare(indent, 1, "}") == 0 && !lines[at].ends_with("{");
    if (one_line || closes) return at + 1;
  }
  return lines.size();
}

/// The definition that begins at `first`, with the comment above it.
Place place(std::string file, const Lines& lines, std::size_t first, std::size_t asked,
            std::string function) {
  const std::size_t end = end_of(lines, first);
  while (first > 0 && is_comment(lines[first - 1]) &&
         lines[first - 1].find("//!") == std::string::npos)
    --first;
  return {std::move(file), static_cast<unsigned>(asked + 1), static_cast<unsigned>(first + 1),
          Lines(lines.begin() + static_cast<std::ptrdiff_t>(first),
                lines.begin() + static_cast<std::ptrdiff_t>(end)),
          std::move(function)};
}

/// Whether the tag's listing has the line, by its number from 1.
bool listed(const Lines& lines, const std::string& tag, unsigned line) {
  const std::string mark = "//! [" + tag + "]";
  bool inside = false;
  for (std::size_t at = 0; at < lines.size() && at < line; ++at) {
    if (lines[at].find(mark) != std::string::npos) inside = !inside;
  }
  return inside;
}

}  // namespace

std::string short_name(std::string_view function) {
  static const std::regex unnamed(
      R"(\((anonymous namespace|<unnamed>)\)::|\{anonymous\}::|<unnamed>::)");
  std::string name = std::regex_replace(std::string(function), unnamed, "");
  const std::size_t with = name.find(" [with ");
  if (with != std::string::npos) name.resize(with);
  name.resize(std::min(name.find('('), name.size()));
  const std::size_t space = name.rfind(' ');
  if (space != std::string::npos) name.erase(0, space + 1);
  name.erase(0, name.find_first_not_of("*&"));
  // Namespaces are written in lower case, classes are not.
  for (std::size_t colons = name.find("::"); colons != std::string::npos;
       colons = name.find("::")) {
    if (std::isupper(static_cast<unsigned char>(name[0])) != 0) break;
    name.erase(0, colons + 2);
  }
  return name;
}

Sources::Sources(fs::path root) : root_(std::move(root)) {
  static const std::regex listing(R"(<!-- snippet (\S+) (\S+) -->)");
  static const std::regex link(R"(\]\(\.\./\.\./(lib/[^)#]*))");
  if (!fs::exists(root_ / "chapters")) return;
  for (const auto& entry : fs::recursive_directory_iterator(root_ / "chapters")) {
    const std::string path = fs::relative(entry.path(), root_).string();
    if (path.find("node_modules") != std::string::npos ||
        path.find("exercise") != std::string::npos)
      continue;
    if (path.ends_with(".cc") || path.ends_with(".h")) applications_.push_back(path);
    if (!path.ends_with("/README.md")) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string all = text.str();
    Page page{"chapter-" + entry.path().parent_path().filename().string() + ".html",
              all.substr(2, all.find('\n') - 2)};
    for (std::sregex_iterator at(all.begin(), all.end(), listing), end; at != end; ++at) {
      page.listings.emplace((*at)[1], (*at)[2]);
    }
    for (std::sregex_iterator at(all.begin(), all.end(), link), end; at != end; ++at) {
      page.files.insert((*at)[1]);
    }
    pages_.push_back(std::move(page));
  }
  for (const auto& entry : fs::directory_iterator(root_ / "lib/live_view")) {
    applications_.push_back("lib/live_view/" + entry.path().filename().string());
  }
  std::sort(applications_.begin(), applications_.end());
  std::sort(pages_.begin(), pages_.end(),
            [](const Page& a, const Page& b) { return a.name < b.name; });
}

/// Only sources: a name comes from a browser.
std::optional<Sources::Lines> Sources::read(std::string_view file) const {
  static const std::regex source(R"((lib|chapters)(/[a-z0-9_][a-z0-9_-]*)+\.(cc|h))");
  if (!std::regex_match(file.begin(), file.end(), source)) return {};
  std::ifstream in(root_ / file);
  if (!in) return {};
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::optional<Place> Sources::around(std::string_view file, unsigned line,
                                     std::string_view function) const {
  const auto lines = read(file);
  if (!lines || line == 0 || line > lines->size()) return {};
  std::string name = short_name(function);
  const std::string last = name.substr(name.rfind(':') + 1);  // npos + 1 is 0
  const std::size_t asked = line - 1;
  for (std::size_t at = asked + 1; at-- > 0;) {
    const bool above = at < asked ? indent_of((*lines)[at]) < indent_of((*lines)[asked]) : true;
    if (!above || !calls_itself((*lines)[at], last) || (*lines)[at].ends_with(";")) continue;
    if (end_of(*lines, at) <= asked) return {};
    return place(std::string(file), *lines, at, asked, std::move(name));
  }
  return {};
}

std::optional<Place> Sources::definition_of(std::string_view callee) const {
  const std::string name = short_name(callee);
  const std::size_t colons = name.rfind("::");
  if (colons == std::string::npos) return {};
  const std::string method = name.substr(colons + 2);
  const std::size_t outer = name.rfind("::", colons - 1);
  const std::string type = name.substr(outer == std::string::npos ? 0 : outer + 2,
                                       colons - (outer == std::string::npos ? 0 : outer + 2));
  const std::regex heading("(class|struct) " + type + "\\b[^;]*\\{$");
  std::optional<Place> within;
  for (const std::string& file : applications_) {
    const auto lines = read(file);
    if (!lines) continue;
    bool in_class = false;
    for (std::size_t at = 0; at < lines->size(); ++at) {
      const std::string& line = (*lines)[at];
      const bool outside = indent_of(line) == 0 && calls_itself(line, type + "::" + method);
      if (std::regex_search(line, heading)) in_class = true;
      if (line.starts_with("};")) in_class = false;
      const bool inside = in_class && indent_of(line) > 0 && calls_itself(line, method);
      if (!(outside || inside) || line.ends_with(";")) continue;
      if (outside) return place(file, *lines, at, at, name);
      // A declaration's last line ends with a semicolon; a definition's has a brace.
      std::size_t head = at;
      while (head + 1 < lines->size() && !(*lines)[head].ends_with(";") &&
             (*lines)[head].find('{') == std::string::npos)
        ++head;
      if (!within && (*lines)[head].find('{') != std::string::npos)
        within = place(file, *lines, at, at, name);
    }
  }
  return within;
}

std::optional<Chapter> Sources::chapter_of(const Place& place) const {
  const auto first = [this](auto holds, const char* why) -> std::optional<Chapter> {
    const auto found = std::find_if(pages_.begin(), pages_.end(), holds);
    if (found == pages_.end()) return {};
    return Chapter{found->name, found->title, why};
  };
  const Lines lines = read(place.file).value_or(Lines{});
  const std::string layer = place.file.substr(0, place.file.rfind('/') + 1);
  const auto shows_function = [&](const Page& page) {
    return std::any_of(page.listings.begin(), page.listings.end(), [&](const auto& one) {
      return one.first == place.file && listed(lines, one.second, place.line);
    });
  };
  const auto shows_file = [&](const Page& page) {
    return std::any_of(page.listings.begin(), page.listings.end(),
                       [&](const auto& one) { return one.first == place.file; });
  };
  const auto speaks_of_file = [&](const Page& page) {
    const std::string stem = place.file.substr(0, place.file.rfind('.'));
    return page.files.contains(stem + ".cc") || page.files.contains(stem + ".h");
  };
  const auto speaks_of_layer = [&](const Page& page) {
    return std::any_of(page.files.begin(), page.files.end(),
                       [&](const std::string& file) { return file.starts_with(layer); });
  };
  if (auto found = first(shows_function, "shows this function")) return found;
  if (auto found = first(shows_file, "shows code of this file")) return found;
  if (auto found = first(speaks_of_file, "speaks of this file")) return found;
  return first(speaks_of_layer, "speaks of this layer");
}

}  // namespace glass
