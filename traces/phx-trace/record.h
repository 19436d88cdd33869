#pragma once
/// \file
/// Records the traffic through a proxy: websockets and long-polls of any number of clients.

#include <string>

#include "conformance/suite/wire/url.h"
#include "traces/phx-trace/har.h"

namespace phx::trace {

struct RecordOptions {
  std::string url;     ///< The server: `ws://host:port/…`; the path does not matter.
  int listen = 0;      ///< The port of 127.0.0.1 for clients.
  std::string output;  ///< The file.
  std::string comment;
  bool keep_secrets = false;
};

/// Runs until SIGINT or SIGTERM; then writes the file. \return the exit status.
int record(const RecordOptions& options);

}  // namespace phx::trace
