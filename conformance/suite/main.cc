/// The program: reads the command line, runs, and maps the result to an exit status.

#include <fmt/format.h>

#include <csignal>
#include <string_view>

#include "conformance/suite/core/options.h"
#include "conformance/suite/disturb.h"
#include "conformance/suite/runner.h"

int main(int argc, char** argv) try {
  using namespace phx::conformance;
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an outcome, not a reason to end
  if (argc > 1 && std::string_view(argv[1]) == "disturb") return disturb(argc, argv);
  const auto parsed = parse_options(argc, argv);
  if (const auto* goodbye = std::get_if<Goodbye>(&parsed)) {
    fmt::print(goodbye->status == Exit::passed ? stdout : stderr, "{}\n", goodbye->text);
    return goodbye->status;
  }
  return run(std::get<Options>(parsed));
} catch (const std::exception& error) {
  fmt::print(stderr, "phx-conformance itself failed: {}\n", error.what());
  return phx::conformance::Exit::suite_failed;
}
