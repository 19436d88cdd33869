/// \file
/// A soak's faults: counted by kind, with the first of each in full.
#include "conformance/load/soak/findings.h"

namespace phx::soak {

const char* name_of(Wrong kind) {
  switch (kind) {
    case Wrong::missing: return "missing";
    case Wrong::doubled: return "doubled";
    case Wrong::out_of_order: return "out of order";
    case Wrong::unexpected: return "unexpected";
    case Wrong::broken: return "broken";
    case Wrong::miscounted: return "miscounted";
  }
  return "?";
}

void Findings::add(Wrong kind, std::string sentence) {
  ++count_;
  if (++counts_[kind] > max_told) return;
  sentences_.push_back(std::string(name_of(kind)) + ": " + std::move(sentence));
  on_first_(sentences_.back());
}

std::size_t Findings::count(Wrong kind) const {
  const auto found = counts_.find(kind);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace phx::soak
