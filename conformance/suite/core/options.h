#pragma once
/// \file
/// The command line's options.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/core/client_facts.h"
#include "conformance/suite/core/release.h"
#include "conformance/suite/core/side.h"
#include "conformance/suite/wire/tls.h"
#include "conformance/suite/wire/url.h"

namespace phx::conformance {

/// Whether the report is coloured: `automatic` means on a terminal, unless NO_COLOR is set.
enum class Colouring { automatic, always, never };

/// Where reports go, besides the one for people; empty: not written, `-`: standard output.
struct ReportFiles {
  std::string tap = {};
  std::string junit = {};
  std::string json = {};
  std::string html = {};
  std::string har = {};  ///< A directory: one file a rule.

  /// Whether one of them takes standard output, so that the report for people goes to stderr.
  bool take_stdout() const { return tap == "-" || junit == "-" || json == "-" || html == "-"; }
};

struct Options {
  Side side = Side::server;

  // Which client: the command starts its shim.
  ClientFacts client = {};  ///< What the shim said.

  // Which server.
  Url url = {};
  std::vector<Url> nodes = {};  ///< Other nodes of the same cluster.
  int copies = 1;               ///< How many copies of the command to start; the first is at `url`.
  Trust trust = {};             ///< Which certificates are trusted, for a wss URL.
  std::vector<std::string> command =
      {};  ///< The command that starts the server or the shim; empty: the server already runs.
  std::string topic = "room:lobby";  ///< A topic that can be joined; enough for the core rules.
  std::vector<std::pair<std::string, std::string>> params = {};   ///< Sent with every connect.
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Sent with every request.
  std::string join_params = "{}";  ///< JSON, sent when `topic` is joined.
  double timeout_scale = 1.0;
  std::string subject_name = {};     ///< For the reports; empty: the server's address, or what the
                                     ///< shim says.
  std::string subject_version = {};  ///< The same.

  // Which rules, and how.
  std::vector<std::string> only = {};
  std::vector<std::string> skip = {};
  std::vector<Axis> axes = all_axes();  ///< Judge only on these.
  Release profile = {};
  bool core = false;    ///< Judge only the core rules.
  bool strict = false;  ///< A broken SHOULD fails the run.
  bool list = false;    ///< Print the rules and stop.
  bool dry_run = false;
  bool fail_fast = false;
  int repeat = 1;  ///< How many rounds.
  bool shuffle = false;
  std::uint32_t seed = 0;
  std::string known_failing = {};  ///< A file; see known_failing.h.

  // Output.
  Colouring colouring = Colouring::automatic;
  bool verbose = false;  ///< A line for every rule, on a terminal too.
  int durations = 0;     ///< How many of the slowest rules to name.
  ReportFiles reports = {};

  std::string given = {};  ///< The command line without options that select rules and reports.

  bool wants(Axis axis) const;
  /// The line that runs this rule again; for another axis than V2, only on that.
  std::string again(const std::string& id, Axis axis = Axis::v2) const;
  /// What the reports call the server or the client.
  std::string subject() const {
    if (!subject_name.empty()) return subject_name;
    return side == Side::server ? url.text() : client.name;
  }
  std::string version() const { return subject_version.empty() ? client.version : subject_version; }
};

/// The run ends before it begins: with this status, and this text (on stderr unless it is 0).
struct Goodbye {
  int status = 0;
  std::string text;
};

/// The exit statuses, for scripts; the README lists them too.
enum Exit : int {
  passed = 0,
  broken = 1,
  usage = 2,
  unreachable = 3,
  suite_failed = 4,
  nothing_judged = 5,
};

std::variant<Options, Goodbye> parse_options(int argc, const char* const* argv);

}  // namespace phx::conformance
