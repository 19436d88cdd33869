/// H: servers that compress the usual messages, and lose others.

#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;
constexpr std::uint8_t rsv1 = 4;

Frames one(Frame frame) { return {std::move(frame)}; }

MUTANT("compressed-bytes-unmarked", "a compressed binary frame is not marked", "H-48") {
  return on_frame_down(Opcode::binary, [](Frame& frame) { frame.rsv = 0; });
}

MUTANT("each-thirtieth-squeezed-away", "one of thirty compressed messages in a row is lost",
       "H-49") {
  const auto counts = std::make_shared<std::map<int, int>>();
  return {.down_frame = [counts](Link& link, Frame frame) {
    const bool lost = frame.rsv == rsv1 && ++(*counts)[link.number()] % 30 == 0;
    return lost ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("behind-the-large-one", "messages after a large compressed one are lost", "H-50") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool lost = !link.notes["large"].empty();
    link.notes["large"] = frame.rsv == rsv1 && frame.payload.size() > 20'000 ? "yes" : "";
    return lost ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("half-the-limit",
       "a message that inflates to more than half of the limit ends its connection", "H-51") {
  return {.up_frame = [](Link& link, Frame frame) {
    if (frame.rsv != rsv1 || frame.payload.size() < 200'000) return one(std::move(frame));
    link.cut();
    return Frames{};
  }};
}

MUTANT("bad-text-is-no-error", "text that is not UTF-8 closes like any bad message", "H-52 E-05") {
  return on_frame_down(Opcode::close, [](Frame& frame) {
    if (close_code(frame.payload) == 1007) frame.payload = close_payload(1011);
  });
}

}  // namespace
}  // namespace phx::conformance
