#pragma once
/// \file
/// The whole server: shards, the socket they listen on, and an orderly end.
///
///     phx::Server server(endpoint, {.port = 4000}, phx::Log::to_stderr(phx::Level::info));
///     server.run();  // until SIGTERM or SIGINT

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "endpoint/endpoint.h"
#include "endpoint/logger.h"
#include "server/addresses.h"
#include "server/listener.h"
#include "server/shard.h"
#include "server/tls.h"

namespace phx {

using HttpLimits = http::Limits;

struct ServerOptions {
  std::string host = "127.0.0.1";        ///< An address of this machine; 0.0.0.0 for all of them.
  std::uint16_t port = 4000;             ///< 0 takes a free one: see Server::port.
  std::size_t shards = 0;                ///< Threads; 0 is one a core. At most 64.
  std::size_t max_connections = 16'384;  ///< Of all shards; more are closed as they come.
  /// The same for one address; 0 is no limit. None unless set: all who come through one proxy or
  /// one company's router have one address. Set it where clients connect directly.
  std::size_t max_connections_per_address = 0;
  http::Limits http = {};
  std::size_t outbox_limit = 32 * 1'048'576;  ///< Bytes that may wait for one client: then closed.
  process::Limits processes = {};             ///< Mailboxes and turns.
  std::size_t worker_threads = 10;  ///< For what blocks (Channel::blocking); the rest waits.
  Millis farewell{5'000};           ///< Who has been told to go and has not by then is dropped.
  /// With these the port speaks https and wss.
  std::optional<TlsOptions> tls = {};
  /// A plain port beside that of TLS; 0 takes a free one.
  std::optional<std::uint16_t> http_port = {};
};

class Server {
 public:
  /// Binds the ports, so that they can be told before run(). `endpoint` outlives the server.
  /// \throws std::runtime_error with a sentence that says what to set, where that can't be done.
  Server(const Endpoint& endpoint, ServerOptions options, Log log);

  std::uint16_t port() const { return listeners_.front()->port(); }
  /// `http://127.0.0.1:4000`, or with TLS `https://…`
  std::string url() const { return urls().front(); }
  /// The same, and behind it that of the plain port beside TLS, if there is one.
  std::vector<std::string> urls() const;

  /// Serves until SIGTERM or SIGINT; then closes all connections and returns. Where handlers still
  /// run on worker threads a farewell later, the program ends here, with status 0. The thread
  /// that calls it is the first shard's.
  void run();

 private:
  void listen();
  void add_listener(std::uint16_t port, const std::string& setting, const server::TlsContext* tls);
  server::Shard& emptiest_shard();
  bool admit(server::Client& client);
  void listen_for_signals();
  void stop();

  const ServerOptions options_;
  const Log log_;
  const Logger logger_;
  const Endpoint& endpoint_;
  server::Addresses addresses_;
  const std::optional<server::TlsContext> tls_;
  process::Workers workers_;
  std::vector<std::unique_ptr<server::Shard>> shards_;
  std::vector<std::thread> threads_;
  std::vector<std::unique_ptr<server::Listener>> listeners_;  // first the one of port()
  std::size_t next_shard_ = 0;
  std::vector<std::unique_ptr<server::UvHandle<uv_signal_t>>> signals_;
};

}  // namespace phx
