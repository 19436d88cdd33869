/// Replaces words in braces.

#include "conformance/suite/core/words.h"

namespace phx::conformance {

Words common_words() {
  return {{"ok", R"({"status":"ok","response":"{any}"})"},
          {"refused", R"({"status":"error","response":"{any}"})"},
          {"unmatched", R"({"status":"error","response":{"reason":"unmatched topic"}})"},
          {"any", R"("{any}")"}};
}

std::string filled(std::string_view text, const Words& words) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto word = close == text.npos ? words.end() : words.find(text.substr(1, close - 1));
    if (word == words.end()) {
      out += '{';
      text.remove_prefix(1);
    } else {
      out += word->second;
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

}  // namespace phx::conformance
