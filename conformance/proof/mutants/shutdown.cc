/// D: servers that close connections badly, or stop badly.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

void recode(Frame& frame, std::uint16_t from, std::uint16_t to) {
  if (close_code(frame.payload) == from) frame.payload = close_payload(to);
}

MUTANT("disconnect-unheard", "a disconnect broadcast closes no connection", "D-01 D-02") {
  return lost_on_way_up([](const Message& m) { return m.event == "disconnect"; });
}

MUTANT("disconnect-closes-with-1000", "after a disconnect phoenix.js does not reconnect", "D-02") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1001, 1000); });
}

MUTANT("close-unanswered", "a client's close is not answered", "D-03 E-14") {
  return {.down_frame = [](Link&, Frame frame) {
    const bool close = frame.opcode == Opcode::close;
    return close ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("stop-closes-with-1001", "a server that stops closes with 1001", "D-04") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1012, 1001); });
}

MUTANT("door-left-open", "a server that stops accepts new connections", "D-04") {
  return {.closes_its_door = false};
}

}  // namespace
}  // namespace phx::conformance
