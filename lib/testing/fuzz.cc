/// Fails a fuzz target.

#include "testing/fuzz.h"

#include <cstdio>
#include <cstdlib>

namespace phx::testing {

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "expected that %s\n", what);
  std::abort();
}

}  // namespace phx::testing
