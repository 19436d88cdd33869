/// Offers of permessage-deflate: the result is valid, and is itself an extension's text.

#include "websocket/negotiation.h"

#include "testing/fuzz.h"

using namespace phx::websocket;
using phx::testing::must;

FUZZ(input) {
  const auto offer = parse_extension(input);
  if (!offer) return;
  must(!offer->name.empty(), "an extension has a name");
  const auto agreed = agree_on(*offer);
  if (!agreed) return;
  must(agreed->server_window_bits >= 8 && agreed->server_window_bits <= 15, "a window is 8 to 15");
  const auto answer = parse_extension("permessage-deflate" + agreed->parameters);
  must(answer.has_value(), "the answer is an extension");
  must(agree_on(*answer) == agreed, "the answer says what was agreed on");
}
