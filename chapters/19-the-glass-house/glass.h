#pragma once
/// \file
/// The page /glass: shows where each frame of a traced client has been, with the code that it met.
///
///     const auto traces = std::make_shared<phx::telemetry::Traces>(token);
///     options.endpoint.traces = traces;          // before the endpoint is made
///     glass::open(endpoint, traces, root);       // before the server is made
///
/// The page is a client of a channel: `glass` on /glass/socket. Both it and what it traces need the
/// token, which stands in the page's address after the `#`, where no log and no proxy sees it.
///
///     join   glass {}                        → ok
///     push   hops     {hops: [hop]}          ← what was recorded since the last one
///     push   source   {file, line, function, callee} → ok {place, code, …} | error {reason}
///     push   clear    {}                     → ok
///     push   hold     {}                     → ok | error {reason}  each turn waits for a step
///     push   step     {}                     → ok
///     push   release  {}                     → ok
///     push   held     {over, waiting: [{pid, trace, after}]}  ← who waits, the next one first

#include <filesystem>
#include <memory>

#include "phoenix.h"
#include "telemetry/traces.h"

namespace glass {

/// Serves the page, its channel, and the bench of bench.h at /glass/bench for frames sent by hand.
/// `root` is the project's folder. \throws std::runtime_error if a file of the page is missing.
void open(phx::Endpoint& endpoint, std::shared_ptr<phx::telemetry::Traces> traces,
          const std::filesystem::path& root);

}  // namespace glass
