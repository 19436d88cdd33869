/// phx-top: what a running server does, in a terminal.
///
///     phx-top --url http://127.0.0.1:9000 --token-file token
///     phx-top --token-file token --once --json
///
/// Exit status: 0 shown, 1 the server can't be reached, 2 usage, 3 the server refuses the token or
/// the query.

#include <fmt/format.h>

#include <cstdio>

#include "conformance/top/look.h"
#include "conformance/top/options.h"
#include "conformance/top/screen.h"

namespace phx::top {
namespace {

constexpr std::size_t any_width = 1'000;

void print_once(const Options& options) {
  const Look seen = look(Source(options), options, options.rows);
  if (options.json) {
    fmt::print("{}\n", Json::object({{"overview", seen.overview}, {"rows", seen.rows}}).dump());
    return;
  }
  for (const std::string& line : head_of(seen)) fmt::print("{}\n", line);
  for (const std::string& line : table_of(seen, any_width)) fmt::print("{}\n", line);
}

int run(int argc, char** argv) try {
  int status = 0;
  const auto options = parse_options(argc, argv, status);
  if (!options) return status;
  options->once ? print_once(*options) : run_screen(*options);
  return 0;
} catch (const Unreachable& error) {
  fmt::print(stderr, "phx-top: {}\n", error.what());
  return 1;
} catch (const Refused& error) {
  fmt::print(stderr, "phx-top: the server refuses: {}\n", error.what());
  return 3;
}

}  // namespace
}  // namespace phx::top

int main(int argc, char** argv) { return phx::top::run(argc, argv); }
