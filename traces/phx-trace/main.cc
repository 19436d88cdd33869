/// phx-trace: shows, draws and replays recorded conversations with a Channels server.
///
///     phx-trace show traces/join-ok.har
///     phx-trace draw --steps 3-4 -o join.svg traces/join-ok.har
///     phx-trace replay traces/join-ok.har --url ws://127.0.0.1:4000/socket
///     phx-trace record --url ws://127.0.0.1:4000 --listen 4001 -o mine.har
///     phx-trace import from-the-browser.har -o mine.har

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "traces/phx-trace/draw.h"
#include "traces/phx-trace/import.h"
#include "traces/phx-trace/json_file.h"
#include "traces/phx-trace/record.h"
#include "traces/phx-trace/redact.h"
#include "traces/phx-trace/replays.h"
#include "traces/phx-trace/show.h"
#include "version.h"

namespace phx::trace {
namespace {

constexpr std::size_t least_width = 60;
constexpr int usage_error = 2;

struct Options {
  std::vector<std::string> files;
  std::string steps;
  std::string output;
  bool plain = false;
  bool keep_secrets = false;
  ReplayOptions replays;
  RecordOptions recording;
  std::function<int()> run;  ///< The command line's options.
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
  const char* refused = std::getenv("NO_COLOR");
  look.colours = isatty(STDOUT_FILENO) == 1 && (!refused || *refused == '\0');
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    look.width = std::max<std::size_t>(least_width, size.ws_col);
  }
  return look;
}

/// Reports the parts of the file that are not in the trace.
Trace read_and_report(const std::string& file) {
  Trace trace = read_har_file(file);
  for (const std::string& sentence : trace.remarks.sentences()) {
    fmt::print(stderr, "{}: {}\n", file, sentence);
  }
  return trace;
}

int show(const Options& options) {
  const Look look = look_of(options);
  for (const std::string& file : options.files) {
    const Trace trace = read_and_report(file);
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
  const Trace trace = read_and_report(options.files.front());
  write_to(options.output, drawn(trace, range_of(options)));
  return 0;
}

std::string redacted(std::size_t secrets) {
  return fmt::format("{} {} redacted", counted(secrets, "secret"), secrets == 1 ? "is" : "are");
}

int redact_file(const Options& options) {
  Remarks remarks;
  Value file = read_json_file(read_file(options.files.front()), remarks);
  const std::size_t secrets = redact(file);
  write_to(options.output, file.pretty());
  for (const std::string& sentence : remarks.sentences()) fmt::print(stderr, "{}; ", sentence);
  fmt::print(stderr, "{}\n", redacted(secrets));
  return 0;
}

int import_file(const Options& options) {
  Imported imported = import_har(read_har_file(options.files.front()));
  const std::size_t secrets = options.keep_secrets ? 0 : redact(imported.file);
  write_to(options.output, imported.file.pretty());
  fmt::print(stderr, "{}; {}\n", imported.report,
             options.keep_secrets ? "with its secrets: don't share it" : redacted(secrets));
  return 0;
}

void declare_show(CLI::App& app, Options& options) {
  CLI::App* show = app.add_subcommand("show", "explain a trace, frame by frame");
  show->add_flag("--plain", options.plain, "for documents: no colours, no times, 100 columns");
  show->add_option("--steps", options.steps, "only these: 3, 2-5 or 4-");
  show->add_option("FILE", options.files, "HAR files")->required();
  show->final_callback([&options] { options.run = [&options] { return trace::show(options); }; });
}

void declare_draw(CLI::App& app, Options& options) {
  CLI::App* draw = app.add_subcommand("draw", "draw a trace as an SVG");
  draw->add_option("--steps", options.steps, "only these: 3, 2-5 or 4-");
  draw->add_option("-o,--output", options.output, "the file to write; otherwise standard output");
  draw->add_option("FILE", options.files, "a HAR file")->required()->expected(1);
  draw->final_callback([&options] { options.run = [&options] { return trace::draw(options); }; });
}

void declare_replay(CLI::App& app, Options& options) {
  CLI::App* replay =
      app.add_subcommand("replay", "play the client's side to a server, and compare the answers");
  ReplayOptions& replays = options.replays;
  replay->add_option("--url", replays.url, "a running server: ws://host:port/socket");
  replay->add_option("--index", replays.index, "a page that says which files should differ");
  replay
      ->add_option("--at-once", replays.at_once,
                   "replay this many in parallel, each with its own server")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  replay->add_option("FILE", replays.files, "HAR files")->required();
  replay->footer("Or start a server, which gets its PORT: phx-trace replay FILE… -- COMMAND");
  replay->final_callback(
      [&options] { options.run = [&options] { return trace::replay(options.replays); }; });
}

void declare_record(CLI::App& app, Options& options) {
  CLI::App* record = app.add_subcommand("record", "record clients and a server through a proxy");
  RecordOptions& recording = options.recording;
  record->add_option("--url", recording.url, "the server: ws://host:port")->required();
  record->add_option("--listen", recording.listen, "the port for clients to connect to")
      ->required()
      ->check(CLI::Range(1, 65'535));
  record->add_option("-o,--output", recording.output, "the HAR file")->required();
  record->add_option("--comment", recording.comment, "what the recording shows");
  record->add_flag("--keep-secrets", recording.keep_secrets, "keep tokens, cookies and passwords");
  record->final_callback(
      [&options] { options.run = [&options] { return trace::record(options.recording); }; });
}

void declare_import(CLI::App& app, Options& options) {
  CLI::App* importing = app.add_subcommand("import", "convert a browser's or a proxy's export");
  importing->add_option("-o,--output", options.output,
                        "the file to write; otherwise standard output");
  importing->add_flag("--keep-secrets", options.keep_secrets, "keep tokens, cookies and passwords");
  importing->add_option("FILE", options.files, "the export")->required()->expected(1);
  importing->final_callback(
      [&options] { options.run = [&options] { return import_file(options); }; });
}

void declare_redact(CLI::App& app, Options& options) {
  CLI::App* redact = app.add_subcommand("redact", "remove the secrets from a trace");
  redact->add_option("-o,--output", options.output, "the file to write; otherwise standard output");
  redact->add_option("FILE", options.files, "a HAR file")->required()->expected(1);
  redact->final_callback([&options] { options.run = [&options] { return redact_file(options); }; });
}

/// After `--` comes a command, whose options are its own.
std::vector<std::string> take_command(int& argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> command(argv + i + 1, argv + argc);
    argc = i;
    return command;
  }
  return {};
}

}  // namespace
}  // namespace phx::trace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an outcome, not a reason to end
  CLI::App app{"Recorded conversations with a Channels server.", "phx-trace"};
  app.set_version_flag("--version", fmt::format("phx-trace {}", phx::library_version),
                       "print the version and exit");
  app.footer(
      "phx-trace SUBCOMMAND --help lists the options of each.\n\n"
      "Exit status: 0 done, 1 a replay differs from the recording, 2 usage, or a file that can't "
      "be read or written.");
  app.require_subcommand(1);
  phx::trace::Options options;
  options.replays.command = phx::trace::take_command(argc, argv);
  phx::trace::declare_show(app, options);
  phx::trace::declare_draw(app, options);
  phx::trace::declare_replay(app, options);
  phx::trace::declare_record(app, options);
  phx::trace::declare_import(app, options);
  phx::trace::declare_redact(app, options);
  try {
    app.parse(argc, argv);
    return options.run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : phx::trace::usage_error;
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-trace: {}\n", error.what());
    return phx::trace::usage_error;
  }
}
