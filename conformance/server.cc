/// The contract server: the channels and mounts that the suite judges, on our own implementation.
///
///     phx-contract --port 4000

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "conformance/contract/user_socket.h"
#include "phoenix.h"

// jemalloc, which this program is linked with, reads this as it begins: what was freed goes back to
// the system within a second or two, by a thread of its own, even while nothing is allocated.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace {

struct Options {
  /// One shard unless told otherwise: it does several times what a core of Phoenix does, and what
  /// two clients see of each other is in one order. More are for channels that keep a core busy.
  phx::ServerOptions server{.shards = 1, .signals = true};
  phx::TlsOptions tls;  ///< Of no meaning until both files are named.
  std::string log_level = "warn";
  std::string log_format = "logfmt";
  std::string secret_key_base = phx::random_secret();
  bool metrics = false;
};

/// Each option has an environment variable of the same meaning; what is said on the line wins.
void declare(CLI::App& app, Options& options) {
  app.add_option("--host", options.server.host, "the address to listen on")->envname("HOST");
  app.add_option("--port", options.server.port, "the port; 0 takes a free one")
      ->envname("PORT")
      ->check(CLI::Range(0, 65'535));
  auto* cert = app.add_option("--cert", options.tls.cert,
                              "a certificate (a PEM file): the port speaks https and wss")
                   ->envname("TLS_CERT");
  auto* key = app.add_option("--key", options.tls.key, "the certificate's private key (a PEM file)")
                  ->envname("TLS_KEY")
                  ->needs(cert);
  cert->needs(key);
  app.add_option("--http-port", options.server.http_port,
                 "a plain port beside that of TLS; 0 takes a free one")
      ->envname("HTTP_PORT")
      ->check(CLI::Range(0, 65'535))
      ->needs(cert);
  app.add_option("--shards", options.server.shards, "threads; 0 is one a core")
      ->envname("SHARDS")
      ->check(CLI::Range(0, 64));
  app.add_option("--max-connections", options.server.max_connections, "more are not let in")
      ->envname("MAX_CONNECTIONS")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--max-connections-per-address", options.server.max_connections_per_address,
                 "of one client's address; 0 is no limit")
      ->envname("MAX_CONNECTIONS_PER_ADDRESS");
  app.add_option("--outbox-limit", options.server.outbox_limit,
                 "bytes that may wait for one client, who is closed then")
      ->envname("OUTBOX_LIMIT")
      ->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--secret-key-base", options.secret_key_base,
                 "what tokens are signed with; made up at each start unless it is given")
      ->envname("SECRET_KEY_BASE");
  app.add_flag("--metrics", options.metrics, "show Prometheus at /metrics what is counted")
      ->envname("METRICS");
  app.add_option("--log", options.log_level, "debug, info, warn, error or off")
      ->envname("LOG_LEVEL");
  app.add_option("--log-format", options.log_format, "logfmt, or json: one object a line")
      ->envname("LOG_FORMAT");
}

/// The flag that sets one of the library's options.
std::string flag_of(const std::string& option) {
  const std::string name = option.substr(option.rfind(':') + 1);
  return name == "tls" ? "--cert and --key" : name == "http_port" ? "--http-port" : "--" + name;
}

int serve(Options options) {
  if (!options.tls.cert.empty()) options.server.tls = options.tls;
  phx::Endpoint endpoint(options.secret_key_base);
  phx::Presence presence;
  phx::contract::mount_all(endpoint, presence);
  std::optional<phx::Metrics> metrics;
  if (options.metrics) metrics.emplace(endpoint);
  phx::Server server(endpoint, options.server,
                     phx::Log::to_stderr(phx::level_of(options.log_level),
                                         phx::log_format_of(options.log_format)));
  fmt::print("The contract server is listening on {}\n", fmt::join(server.urls(), " and "));
  std::fflush(stdout);
  // A thread can't be ended from outside, and a handler that blocks may do so for ever.
  if (!server.run()) std::_Exit(0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A server that keeps the conformance contract."};
  Options options;
  declare(app, options);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format(
        "phx-contract: {}; each option, and the environment variable that sets it, too: --help\n",
        error.what());
  });
  CLI11_PARSE(app, argc, argv);
  try {
    return serve(options);
  } catch (const phx::OptionError& error) {
    fmt::print(stderr, "phx-contract: {}, here by {}\n", error.what(), flag_of(error.option()));
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-contract: {}\n", error.what());
    return 1;
  }
}
