/// \file
/// The two programs' command lines: OPTIONS, then perhaps -- COMMAND.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace phx::bench {

constexpr int usage_error = 2;

/// Parses what stands before `--`, and returns the command after it. Split by hand, because for
/// CLI11 a `--` may also end an option's list of values. \throws CLI::ParseError, also for a `--`
/// without a command.
std::vector<std::string> parse_all(CLI::App& app, int argc, char** argv);

/// Prints the error, or the help that was asked for. Returns the program's exit status.
int print(const CLI::App& app, const CLI::ParseError& error);

}  // namespace phx::bench
