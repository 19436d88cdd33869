/// The least that each limit and each time must be.

#include "server/check_options.h"

#include "base/option_error.h"

namespace phx::server {

void check_options(const ServerOptions& options) {
  require_one("ServerOptions::max_connections", options.max_connections);
  require_one("ServerOptions::worker_threads", options.worker_threads);
  require_one("ServerOptions::outbox_limit", options.outbox_limit);
  require_one("ServerOptions::client_memory", options.client_memory);
  require_one("HttpLimits::head", options.http.head);
  require_one("HttpLimits::fields", options.http.fields);
  require_one("ServerOptions::processes.mailbox", options.processes.mailbox);
  require_one("ServerOptions::processes.mailbox_bytes", options.processes.mailbox_bytes);
  require_one("ServerOptions::processes.messages_a_turn", options.processes.messages_a_turn);
  require_one("ServerOptions::processes.turns_a_run", options.processes.turns_a_run);
  require_one("ServerOptions::processes.signals_at_once", options.processes.signals_at_once);
  require_time("HttpLimits::patience", options.http.patience);
  require_time("ServerOptions::write_patience", options.write_patience);
  if (options.tls) require_time("TlsOptions::handshake_patience", options.tls->handshake_patience);
  require_option(options.farewell >= Millis{0}, "ServerOptions::farewell", "0 ms or more",
                 std::to_string(options.farewell.count()));
}

}  // namespace phx::server
