/// phx-trace: recorded conversations with a Channels server, told, drawn, played again.
///
///     phx-trace show traces/join-ok.har
///     phx-trace draw --steps 3-4 -o join.svg traces/join-ok.har

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "traces/phx-trace/draw.h"
#include "traces/phx-trace/show.h"

namespace phx::trace {
namespace {

constexpr std::size_t least_width = 60;

struct Options {
  std::vector<std::string> files;
  std::string steps;
  std::string output;
  bool plain = false;
};

Range range_of(const Options& options) {
  if (options.steps.empty()) return {};
  if (const auto range = parse_range(options.steps)) return *range;
  throw std::invalid_argument(
      fmt::format("--steps: expected 3, 2-5 or 4-, got \"{}\"", options.steps));
}

Look look_of(const Options& options) {
  Look look{.steps = range_of(options)};
  if (options.plain) return look;
  look.times = true;
  look.colours = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    look.width = std::max<std::size_t>(least_width, size.ws_col);
  }
  return look;
}

int show(const Options& options) {
  const Look look = look_of(options);
  for (const std::string& file : options.files) {
    const Trace trace = read_har(read_file(file));
    if (options.files.size() > 1 || !options.plain) {
      fmt::print("{}: {}\n", file, trace.comment);
    }
    fmt::print("{}", shown(trace, look));
  }
  return 0;
}

void write_to(const std::string& path, const std::string& text) {
  if (path.empty()) return fmt::print("{}", text);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!(file << text) || !file.flush()) throw std::runtime_error(path + " can't be written");
}

int draw(const Options& options) {
  const Trace trace = read_har(read_file(options.files.front()));
  write_to(options.output, drawn(trace, range_of(options)));
  return 0;
}

}  // namespace
}  // namespace phx::trace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `| head` ends it, without a word
  CLI::App app{"Recorded conversations with a Channels server."};
  app.require_subcommand(1);
  phx::trace::Options options;
  CLI::App* show = app.add_subcommand("show", "tell a trace, frame by frame");
  show->add_flag("--plain", options.plain, "for a page: no colours, no times, 100 columns");
  show->add_option("--steps", options.steps, "only these: 3, 2-5 or 4-");
  show->add_option("FILE", options.files, "HAR files")->required();
  CLI::App* draw = app.add_subcommand("draw", "draw a trace as an SVG");
  draw->add_option("--steps", options.steps, "only these: 3, 2-5 or 4-");
  draw->add_option("-o,--output", options.output, "where to; else to the terminal");
  draw->add_option("FILE", options.files, "a HAR file")->required()->expected(1);
  CLI11_PARSE(app, argc, argv);
  try {
    if (show->parsed()) return phx::trace::show(options);
    return phx::trace::draw(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-trace: {}\n", error.what());
    return 2;
  }
}
