/// Starts the shim once, for its first line.

#include "conformance/suite/judged_client.h"

#include <fmt/format.h>

#include "conformance/suite/clients/shim.h"

namespace phx::conformance {
namespace {

constexpr Millis client_patience{15'000};

/// Nothing if a report or an end came in time.
std::optional<std::string> hears_nothing(Shim& shim, Millis patience) {
  const auto deadline = Clock::now() + patience;
  while (shim.reports().empty() && shim.fault().empty()) {
    if (const auto end = shim.gone()) return fmt::format("it wrote no line: {}", *end);
    if (Clock::now() >= deadline) {
      const std::string begun = shim.unfinished().empty()
                                    ? ""
                                    : fmt::format("; it wrote this without an end of line: {}",
                                                  shortened(shim.unfinished()));
      return fmt::format("it wrote no line within {} s{}", patience.count() / 1'000, begun);
    }
    auto waits = shim.waits();
    constexpr int look_again_ms = 20;
    ::poll(waits.data(), waits.size(), look_again_ms);
    shim.turn();
  }
  if (!shim.fault().empty()) return "it wrote " + shim.fault();
  return std::nullopt;
}

}  // namespace

std::optional<std::string> JudgedClient::come_up() {
  Shim shim(options_.command, Clock::now());
  const auto patience =
      std::chrono::duration_cast<Millis>(client_patience * std::max(1.0, options_.timeout_scale));
  std::string wrong = hears_nothing(shim, patience).value_or("");
  if (wrong.empty()) {
    const Introduction said = introduction_of(shim.reports().front());
    options_.client = said.facts;
    wrong = said.wrong;
  }
  if (wrong.empty()) return std::nullopt;
  return fmt::format(
      "The shim did not begin as docs/client-contract.md states it:\n  {}\n"
      "Its first line is {{\"on\":\"ready\",\"client\":\"…\",\"version\":\"…\"}}, flushed; "
      "whatever else "
      "it prints goes to standard error.",
      wrong);
}

}  // namespace phx::conformance
