/// The numbers that `make sentences` takes from the page.

#include "conformance/suite/core/sentence.h"

#include <algorithm>
#include <iterator>

namespace phx::conformance {
namespace {

struct Entry {
  std::string_view id;
  std::string_view number;
};

constexpr Entry entries[] = {
#include "conformance/suite/core/sentences.inc"
};

}  // namespace

std::string_view sentence_number(std::string_view id) {
  const auto found = std::find_if(std::begin(entries), std::end(entries),
                                  [id](const Entry& entry) { return entry.id == id; });
  return found == std::end(entries) ? std::string_view{} : found->number;
}

}  // namespace phx::conformance
