/// B, N and S: servers that lose a member among many.

#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

MUTANT("intercepted-in-one-form", "intercepted events go to all members in version 2", "B-19") {
  return on_way_down(every, [](Message& m) {
    if (m.event == "intercepted") m.v1 = false;
  });
}

MUTANT("the-busy-hear-later", "a member whose channel is busy gets a broadcast after its reply",
       "B-20") {
  return {.down =
              [](Link& link, Message m) {
                std::string& busy = link.notes["busy"];
                std::string& held = link.notes["held"];
                if (!busy.empty() && m.event == "broadcasted" && held.empty()) {
                  held = m.text();
                  return Messages{};
                }
                const bool through = !busy.empty() && reply(m) && m.ref == busy;
                const auto late = through ? read_message(held) : std::nullopt;
                if (through) busy.clear();
                if (!late) return Messages{std::move(m)};
                return Messages{std::move(m), *late};
              },
          .up =
              [](Link& link, Message m) {
                if (m.event == "slow") link.notes["busy"] = m.ref;
                return Messages{std::move(m)};
              }};
}

MUTANT("large-broadcasts-lost", "a broadcast of a megabyte reaches no member", "B-21") {
  return lost_on_way_down(
      [](const Message& m) { return broadcast(m) && m.payload.size() > 900'000; });
}

MUTANT("errors-of-bytes-are-ok", "a binary error reply says ok", "N-13 N-01") {
  return on_frame_down(Opcode::binary, [](Frame& frame) {
    const std::size_t error = frame.payload.find("error");
    if (frame.payload[0] != 1 || error == std::string::npos) return;
    frame.payload.replace(error, 5, "ok");
    frame.payload[4] = 2;
  });
}

/// A diff with leaves.
bool leaves(const Message& m) {
  return m.event == "presence_diff" && m.payload.find(R"("leaves":{})") == std::string::npos;
}

MUTANT("one-leave-a-key", "a key that returns does not leave again", "S-13") {
  return {.down = [](Link& link, Message m) {
    const bool ben = leaves(m) && m.payload.find(R"("ben")") != std::string::npos;
    const bool lost = ben && !std::exchange(link.notes["ben left"], "yes").empty();
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("ten-leaves-a-client", "only ten of a connection's presences leave with it", "S-14") {
  return lost_on_way_down([](const Message& m) { return leaves(m) && m.topic.ends_with("-12"); });
}

MUTANT("nobody-is-somebody", "a user without a key is listed under an empty one", "S-15") {
  return on_way_down(every, [](Message& m) {
    if (m.event.starts_with("presence_")) {
      m.payload = replaced(m.payload, R"("anonymous")", R"("")");
    }
  });
}

}  // namespace
}  // namespace phx::conformance
