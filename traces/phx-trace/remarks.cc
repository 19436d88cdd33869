/// Counts remarks.

#include "traces/phx-trace/remarks.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::trace {

void Remarks::add(const Kind& kind, std::string_view example) {
  const auto known = std::find_if(counted_.begin(), counted_.end(),
                                  [&](const Counted& each) { return each.kind.one == kind.one; });
  if (known != counted_.end()) {
    ++known->count;
  } else {
    counted_.push_back({.kind = kind, .count = 1, .example = std::string(example)});
  }
}

void Remarks::add(const Remarks& others) {
  counted_.insert(counted_.end(), others.counted_.begin(), others.counted_.end());
}

std::vector<std::string> Remarks::sentences() const {
  std::vector<std::string> out;
  for (const auto& [kind, count, example] : counted_) {
    std::string sentence = kind.many.empty()
                               ? std::string(kind.one)
                               : fmt::format("{} {}", count, count == 1 ? kind.one : kind.many);
    if (!example.empty()) sentence += fmt::format(" ({})", example);
    out.push_back(std::move(sentence));
  }
  return out;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace phx::trace
