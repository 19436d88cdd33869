/// \file
/// The two programs' command lines: OPTIONS, then perhaps -- COMMAND.
#include "conformance/load/client/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace phx::bench {

std::vector<std::string> parse_all(CLI::App& app, int argc, char** argv) {
  char** const end = argv + argc;
  char** const dashes = std::find(argv, end, std::string_view{"--"});
  app.parse(static_cast<int>(dashes - argv), argv);
  if (dashes == end) return {};
  if (dashes + 1 == end) throw CLI::ValidationError("expected a command after --", usage_error);
  return {dashes + 1, end};
}

int print(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error, std::cout, std::cerr) == 0 ? 0 : usage_error;
}

}  // namespace phx::bench
