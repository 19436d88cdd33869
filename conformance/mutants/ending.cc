/// D and S: servers that part badly, and such as miscount who is there.

#include <cctype>

#include "conformance/mutants/link.h"
#include "conformance/mutants/mutant.h"

namespace phx::conformance {
namespace {

void recode(Frame& frame, std::uint16_t from, std::uint16_t to) {
  if (close_code(frame.payload) == from) frame.payload = close_payload(to);
}

MUTANT("disconnect-unheard", "a disconnect broadcast closes nobody", "D-01 D-02") {
  return lost_on_way_up([](const Message& m) { return m.event == "disconnect"; });
}

MUTANT("disconnect-closes-with-1000", "after a disconnect phoenix.js does not come back", "D-02") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1001, 1000); });
}

MUTANT("close-unanswered", "a client's close is not answered", "D-03 E-14") {
  return {.down_frame = [](Link&, Frame frame) {
    const bool close = frame.opcode == Opcode::close;
    return close ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("stop-closes-with-1001", "a server that stops says that it goes away", "D-04") {
  return on_frame_down(Opcode::close, [](Frame& f) { recode(f, 1012, 1001); });
}

MUTANT("door-left-open", "a server that stops takes new connections in", "D-04") {
  return {.closes_its_door = false};
}

// --- S: presence --------------------------------------------------------------------------------

/// The value of every `key` in the payload, made the same.
std::string with_one_value(std::string payload, const std::string& key, const std::string& value) {
  const std::string mark = '"' + key + "\":\"";
  for (auto at = payload.find(mark); at != payload.npos; at = payload.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    payload.replace(begin, payload.find('"', begin) - begin, value);
  }
  return payload;
}

MUTANT("no-presence-state", "who joins is not told who is there", "S-01") {
  return lost_on_way_down([](const Message& m) { return m.event == "presence_state"; });
}

MUTANT("joins-told-as-leaves", "a diff has its joins and leaves the wrong way round", "S-02 S-06") {
  return on_way_down(broadcast, [](Message& m) {
    if (m.event != "presence_diff") return;
    m.payload =
        replaced(replaced(m.payload, R"("joins")", R"("was joins")"), R"("leaves")", R"("joins")");
    m.payload = replaced(m.payload, R"("was joins")", R"("leaves")");
  });
}

MUTANT("one-phx-ref-for-all", "two connections of one key have the same phx_ref", "S-03") {
  return on_way_down(every, [](Message& m) {
    m.payload = with_one_value(m.payload, "phx_ref", "F000000000000000");
  });
}

MUTANT("update-without-a-trace", "an update does not say which meta it replaces", "S-04") {
  return on_way_down(
      every, [](Message& m) { m.payload = replaced(m.payload, "phx_ref_prev", "previous"); });
}

}  // namespace
}  // namespace phx::conformance
