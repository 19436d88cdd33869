/// Finds made-up words, and pairs them.

#include "traces/phx-trace/generated.h"

#include <algorithm>
#include <array>
#include <vector>

namespace phx::trace {
namespace {

/// A word of one kind: what it begins with, how long it is at least, and what it follows.
struct Kind {
  std::string_view begin;
  std::size_t least;
  std::string_view after = {};
};
constexpr std::array kinds = {
    Kind{.begin = "phx-", .least = 20},      // Phoenix.LiveView.Utils.random_id: 12 bytes
    Kind{.begin = "SFMyNTY.", .least = 60},  // Plug.Crypto's signed messages
    Kind{.begin = "", .least = 40, .after = R"(name="csrf-token" content=")"},
};

bool is_in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

std::vector<std::string> words_of(const Kind& kind, const std::string& text) {
  std::vector<std::string> words;
  const std::string lead = std::string(kind.after) + std::string(kind.begin);
  for (auto at = text.find(lead); at != text.npos; at = text.find(lead, at + lead.size())) {
    const auto from = text.begin() + static_cast<std::ptrdiff_t>(at + kind.after.size());
    const auto end = std::find_if_not(from, text.end(), is_in_word);
    if (end - from >= static_cast<std::ptrdiff_t>(kind.least)) words.emplace_back(from, end);
  }
  return words;
}

}  // namespace

bool is_live_page(std::string_view body) { return body.find("data-phx-session=\"") != body.npos; }

void Generated::learn(const std::string& recorded, const std::string& replayed) {
  for (const Kind& kind : kinds) {
    const auto then = words_of(kind, recorded);
    const auto now = words_of(kind, replayed);
    if (then.size() != now.size()) continue;
    for (std::size_t i = 0; i < then.size(); ++i) words_.try_emplace(then[i], now[i]);
  }
}

std::string Generated::now(std::string recorded) const {
  for (const auto& [then, now] : words_) {
    for (auto at = recorded.find(then); at != recorded.npos;
         at = recorded.find(then, at + now.size())) {
      recorded.replace(at, then.size(), now);
    }
  }
  return recorded;
}

}  // namespace phx::trace
