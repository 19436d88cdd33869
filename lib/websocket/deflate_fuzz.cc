/// Compressed messages of any bytes inflate up to their limit, and our own survive a round trip.
///
/// The first byte says how large the network's pieces are, and whether messages refer to earlier
/// ones.

#include "websocket/deflate.h"

#include "testing/fuzz.h"

using namespace phx::websocket;
using phx::serializer::Frame;
using phx::testing::must;

namespace {

constexpr std::size_t limit = 10'000;
using Result = Inflater::Result;

struct Inflated {
  Result result = Result::good;
  std::string message = {};
  bool operator==(const Inflated&) const = default;
};

Inflated inflate(Inflater& inflater, std::string_view input, std::size_t piece) {
  Inflated out;
  phx::testing::in_pieces(input, piece, [&](std::string_view bytes) {
    if (out.result == Result::good) out.result = inflater.add(bytes, out.message, limit);
  });
  if (out.result == Result::good) out.result = inflater.finish(out.message, limit);
  constexpr std::size_t a_step = 16'384;  // the inflater's output before it checks the limit
  must(out.message.size() <= limit + (out.result == Result::too_large ? a_step : 0),
       "a message keeps to its limit");
  return out;
}

/// A client can inflate what we write.
void check_round(std::string_view input, int window_bits) {
  static Deflater deflater;
  const auto plain = std::make_shared<const Frame>(Frame{Frame::text, std::string(input)});
  const auto compressed = deflater.compressed(plain, window_bits);
  Inflater inflater(false);
  const Inflated out = inflate(inflater, compressed->bytes, compressed->bytes.size() + 1);
  must(out.result == (input.size() > limit ? Result::too_large : Result::good), "it inflates");
  must(input.size() > limit || out.message == input, "our own messages survive a round trip");
  deflater.forget();
}

}  // namespace

FUZZ(input) {
  const unsigned choice = phx::testing::first_byte(input);
  const bool takes_over = (choice & 1) != 0;
  Inflater whole(takes_over), cut(takes_over);
  for (int message = 0; message < 2; ++message) {
    const Inflated a = inflate(whole, input, input.size() + 1);
    const Inflated b = inflate(cut, input, choice / 2 + 1);
    // A message both malformed and too large is refused for the fault that is seen first.
    const bool good = a.result == Result::good;
    must(good == (b.result == Result::good), "the split makes no difference");
    if (!good) break;
    must(a == b, "the split makes no difference to the message");
  }
  check_round(input, 8 + static_cast<int>(choice % 8));
}
