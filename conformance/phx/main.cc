/// phx: a Phoenix Channels client for the terminal and for scripts.
///
///     phx ws://localhost:4000/socket room:lobby
///
/// Exit status: 0 all is well, 1 a push was refused, the server closed the topic, or --once's event
/// did not come, 2 usage, 3 not joined.

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "base/option_error.h"
#include "conformance/phx/options.h"
#include "conformance/phx/talk.h"

int main(int argc, char** argv) try {
  int status = 0;
  const auto options = phx::talk::parse_options(argc, argv, status);
  if (!options) return status;
  return phx::talk::Talk(*options).run();
} catch (const phx::OptionError& error) {
  const std::string sentence = error.what();
  fmt::print(stderr, "phx: {}\n", sentence.substr(0, sentence.rfind(": set ")));
  return 2;
}
