/// R: servers that a busy moment is too much for.

#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

/// Of the messages of that kind no more than `most` come, on each link or on all together.
Tamper up_to(int most, Which which, bool together) {
  const auto counts = std::make_shared<std::map<int, int>>();
  return {.down = [=](Link& link, Message m) {
    const bool lost = which(m) && ++(*counts)[together ? 0 : link.number()] > most;
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("mail-to-oneself-lost", "what a channel sends itself is lost where three hundred wait",
       "R-36") {
  return up_to(
      300, [](const Message& m) { return m.event == "info"; }, false);
}

MUTANT("slow-work-forgotten", "of one client's slow channels thirty events are handled", "R-43") {
  return up_to(
      30, [](const Message& m) { return m.payload.find(R"("ms":2})") != std::string::npos; },
      false);
}

MUTANT("work-forgotten", "of work for more than four thousand channels the rest is not done",
       "R-37") {
  return up_to(
      4'096, [](const Message& m) { return m.event == "intercepted"; }, true);
}

MUTANT("messages-of-a-write-lost", "past two thousand messages in one write none is answered",
       "R-38") {
  return up_to(2'000, reply, false);
}

}  // namespace
}  // namespace phx::conformance
