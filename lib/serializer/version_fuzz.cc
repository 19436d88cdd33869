/// `vsn`, as any client may send it: only 1.0 and 2.0 are matched.

#include "serializer/version.h"

#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx::serializer;
using phx::testing::must;

FUZZ(input) {
  const auto* chosen = negotiate(default_offers(), input);
  const auto version = VersionNumber::parse(input);
  if (chosen == nullptr) return;
  must(version.has_value(), "what is matched is a version");
  must(chosen == (version->numbers[0] == 1 ? &v1_json() : &v2_json()), "its own serializer");
  must(version->numbers[1] == 0, "a higher minor version is not taken");
}
