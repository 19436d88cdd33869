/// Cuts texts to a width.

#include "traces/phx-trace/text.h"

#include <fmt/format.h>

namespace phx::trace {

std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string kept;
  std::size_t count = 0;
  for (const char c : text) {
    if (conformance::begins_character(c) && ++count >= most) break;
    kept += c;
  }
  return kept + "…";
}

std::string hex(std::string_view bytes, std::size_t most) {
  std::string shown;
  for (const char byte : bytes.substr(0, most)) {
    shown += fmt::format("{}{:02x}", shown.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return bytes.size() > most ? shown + " …" : shown;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string word(text.substr(0, space));
    text.remove_prefix(space == text.npos ? text.size() : space + 1);
    if (lines.empty() || columns(lines.back()) + 1 + columns(word) > most) {
      lines.push_back(cut(word, most));
    } else {
      lines.back() += " " + word;
    }
  }
  return lines;
}

}  // namespace phx::trace
