/// Query strings, as they follow a path.

#include "http/query.h"

#include "serializer/scanner.h"
#include "testing/fuzz.h"

using namespace phx::http;
using phx::testing::must;

FUZZ(input) {
  must(percent_decoded(input, true).size() <= input.size(), "decoding never makes a text longer");
  try {
    const phx::Json params = parse_query(input);
    must(params.is_object(), "the parameters are an object");
    must(phx::serializer::is_utf8(params.dump()), "decoded text is valid UTF-8");
  } catch (const BadQuery&) {
  }
}
