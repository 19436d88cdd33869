/// R: servers that a burst overloads.

#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

/// At most `most` messages of that kind come, on each link or on all together.
Tamper up_to(int most, Which which, bool together) {
  const auto counts = std::make_shared<std::map<int, int>>();
  return {.down = [=](Link& link, Message m) {
    const bool lost = which(m) && ++(*counts)[together ? 0 : link.number()] > most;
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("mail-to-oneself-lost", "a channel's messages to itself are lost if three hundred wait",
       "R-36") {
  return up_to(
      300, [](const Message& m) { return m.event == "info"; }, false);
}

MUTANT("slow-work-forgotten", "only thirty events of one client's slow channels are handled",
       "R-43") {
  return up_to(
      30, [](const Message& m) { return m.payload.find(R"("ms":2})") != std::string::npos; },
      false);
}

MUTANT("work-forgotten", "only four thousand channels do their work", "R-37") {
  return up_to(
      4'096, [](const Message& m) { return m.event == "intercepted"; }, true);
}

MUTANT("messages-of-a-write-lost", "after two thousand messages in one write none is answered",
       "R-38") {
  return up_to(2'000, reply, false);
}

}  // namespace
}  // namespace phx::conformance
