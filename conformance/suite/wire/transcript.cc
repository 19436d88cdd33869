/// Keeps and shortens a conversation.

#include "conformance/suite/wire/transcript.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/wire/utf8.h"

namespace phx::conformance {

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
  if (text.size() <= most) return printable(text);
  constexpr std::size_t longest_rest = 3;  // bytes of a character after its first
  std::size_t end = most;
  while (end < text.size() && end < most + longest_rest && !begins_character(text[end])) ++end;
  if (end == text.size()) return printable(text);
  return printable(text.substr(0, end)) + fmt::format(" … ({} bytes in all)", text.size());
}

}  // namespace phx::conformance
