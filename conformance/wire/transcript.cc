/// Keeps and shortens what was said.

#include "conformance/wire/transcript.h"

#include <fmt/format.h>

namespace phx::conformance {

void Transcript::add(Direction direction, std::string_view text) {
  if (lines_.size() == most_lines) {
    lines_.pop_front();
    ++dropped_;
  }
  const auto at = std::chrono::duration_cast<Millis>(Clock::now() - began_);
  lines_.push_back({at, direction, shortened(text)});
}

std::string shortened(std::string_view text, std::size_t most) {
  std::string shown;
  for (const unsigned char c : text.substr(0, most)) {
    if (c < 0x20 || c == 0x7F) {
      shown += c == '\n' ? "\\n" : c == '\r' ? "\\r" : fmt::format("\\x{:02x}", c);
    } else {
      shown += static_cast<char>(c);
    }
  }
  if (text.size() > most) shown += fmt::format(" … ({} bytes in all)", text.size());
  return shown;
}

}  // namespace phx::conformance
