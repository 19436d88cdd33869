#pragma once
/// \file
/// What the command line asks for.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/suite/release.h"
#include "conformance/wire/url.h"

namespace phx::conformance {

struct Options {
  Url url = {};
  std::string topic = "room:lobby";  ///< A topic that can be joined; enough for the core rules.
  std::vector<std::pair<std::string, std::string>> params = {};  ///< Sent with every connect.
  std::string join_params = "{}";  ///< JSON, sent when `topic` is joined.
  std::vector<std::string> only = {};
  std::vector<std::string> skip = {};
  Release profile = {};
  bool core = false;    ///< Judge the core rules alone.
  bool list = false;    ///< Print the rules and stop.
  bool strict = false;  ///< A SHOULD that is not kept fails the run.
  double timeout_scale = 1.0;
  bool tap = false;
  std::string junit = {};                 ///< The file to write; empty: none.
  std::vector<std::string> command = {};  ///< The server to start; empty: it runs already.
  std::string given = {};  ///< The command line itself, less what selects rules and reports.

  /// The one line that runs this rule again.
  std::string again(const std::string& id) const;
};

/// The run is over before it began: this status, and this text (for stderr unless it is 0).
struct Goodbye {
  int status = 0;
  std::string text;
};

/// The exit statuses, for scripts; the README tells them too.
enum Exit : int { passed = 0, broken = 1, usage = 2, unreachable = 3, suite_failed = 4 };

std::variant<Options, Goodbye> parse_options(int argc, const char* const* argv);

}  // namespace phx::conformance
