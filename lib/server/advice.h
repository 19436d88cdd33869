#pragma once
/// \file
/// A server's warnings at the start: which protections are off, and which limits can't be reached.

#include <string>
#include <vector>

#include "endpoint/endpoint.h"
#include "server/server.h"

namespace phx::server {

/// One sentence for each protection that is off. Some of these suit a server that only this machine
/// can reach: behind a proxy, TLS is the proxy's task.
std::vector<std::string> unprotected(const Endpoint& endpoint, const ServerOptions& options);

/// A sentence if max_connections is beyond what a process may have open; empty otherwise.
/// `descriptors` is its limit of open files.
std::string out_of_reach(const ServerOptions& options, std::size_t descriptors);

/// Only clients on this machine reach the server.
bool is_loopback(const std::string& host);

/// Logs all of it: as warnings, or, for a server on a loopback address, the first as information.
void log_advice(const Log& log, const Endpoint& endpoint, const ServerOptions& options);

}  // namespace phx::server
