/// Untrusted terms are read or refused, and a term that was read survives a round trip.

#include "etf/reader.h"

#include "etf/writer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::etf;

namespace {

std::optional<Term> read(std::string_view bytes) try {
  return decode(bytes, {.depth = 64, .terms = 10'000, .inflated = 1 << 20});
} catch (const TermError&) {
  return std::nullopt;
}

}  // namespace

FUZZ(input) {
  const std::optional<Term> term = read(input);
  if (!term) return;
  const auto comes_back = [&term](const std::string& bytes) {
    const std::optional<Term> again = read(bytes);
    // Lists of bytes get shorter, and nothing gets deeper.
    testing::must(again && *again == *term, "a term comes back");
  };
  comes_back(encode(*term));
  comes_back(encode(*term, Atoms::latin1));
  comes_back(deflated(encode(*term), 1));
}
