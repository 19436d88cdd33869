/// Keeps and shortens a conversation.

#include "conformance/suite/wire/transcript.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::conformance {
namespace {

/// The size of the UTF-8 character at the front; 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (first > 0xF4 || size > text.size()) return 0;
  const auto goes_on = [](unsigned char c) { return (c & 0xC0) == 0x80; };
  const bool whole = std::all_of(text.begin() + 1, text.begin() + static_cast<int>(size), goes_on);
  return whole ? size : 0;
}

}  // namespace

void Transcript::add(Direction direction, std::string_view text) {
  if (lines_.size() == max_lines) {
    lines_.pop_front();
    ++dropped_;
  }
  const auto at = std::chrono::duration_cast<Millis>(Clock::now() - began_);
  lines_.push_back({at, direction, shortened(text)});
}

std::string with_short_tokens(std::string text) {
  constexpr std::size_t kept = 6;
  for (const std::string_view mark : {"token=", R"("token":")"}) {
    const auto found = text.find(mark);
    if (found == text.npos) continue;
    const auto start = found + mark.size();
    const auto end = std::min(text.find_first_of("\"& ", start), text.size());
    if (end - start > 4 * kept) text.replace(start, end - start - kept, "…");
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t most) {
  std::string shown;
  std::size_t at = 0;
  while (at < std::min(most, text.size())) {
    const std::size_t size = character_size(text.substr(at));
    const auto first = static_cast<unsigned char>(text[at]);
    if (size == 0 || first < 0x20 || first == 0x7F) {
      shown += first == '\n' ? "\\n" : first == '\r' ? "\\r" : fmt::format("\\x{:02x}", first);
      ++at;
    } else {
      shown += text.substr(at, size);
      at += size;
    }
  }
  if (at < text.size()) shown += fmt::format(" … ({} bytes in all)", text.size());
  return shown;
}

}  // namespace phx::conformance
