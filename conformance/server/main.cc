/// The contract server: the channels and mounts that the suite judges, on our own implementation.
///
///     phx-contract --port 4000

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "chapters/17-live-view/demo.h"
#include "conformance/server/user_socket.h"
#include "options/command_line.h"
#include "phoenix.h"

// jemalloc, which this program is linked with, reads this at the start: a background thread returns
// freed memory to the system within a second or two, even while nothing is allocated.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace {

/// One shard by default: it does several times the work of a Phoenix core, and all clients see
/// events in one order. More are for channels that keep a core busy. Its frames may be eight times
/// the library's size, so a slow member may have more bytes waiting.
phx::ProgramOptions defaults() {
  constexpr std::size_t megabyte = 1'048'576;
  phx::ProgramOptions options;
  options.server.shards = 1;
  options.server.outbox_limit = 64 * megabyte;
  options.server.client_memory = 128 * megabyte;
  options.mount = phx::contract::base_mount();
  options.redis.pubsub = "Contract.PubSub";
  options.presence.name = "ContractWeb.Presence";
  options.socket = phx::contract::socket_limits;
  options.log_level = "warn";
  return options;
}

int serve(phx::ProgramOptions options) {
  phx::Endpoint endpoint(options.endpoint);
  phx::Presence presence({.max_meta_bytes = options.max_meta_bytes});
  endpoint.presence(presence, options.presence);
  phx::contract::mount_all(endpoint, presence, {}, options.mount, options.socket);
  // The app of docs/liveview-contract.md. A cookie needs a longer secret than the contract does.
  const std::string& secret = options.endpoint.secret_key_base;
  phx::Live live(demo::options(secret.size() < 64 ? phx::random_secret() : secret));
  demo::add_views(live);
  live.serve(endpoint);
  const auto metrics = options.count(endpoint);
  const auto dashboard = options.watch(endpoint, &presence);
  options.open_api(endpoint, &presence);
  phx::Server server(endpoint, options.server, options.log());
  fmt::print("The contract server is listening on {}\n", fmt::join(server.urls(), " and "));
  if (options.admin_port) fmt::print("Its admin port is at {}\n", server.admin_url());
  std::fflush(stdout);
  // A thread can't be ended from outside, and a handler that blocks may do so for ever.
  if (!server.run()) std::_Exit(0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A server that keeps the conformance contract.", "phx-contract"};
  phx::ProgramOptions options = defaults();
  phx::add_options(app, options);
  return phx::run_program(app, argc, argv, options, serve);
}
