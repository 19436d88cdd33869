#pragma once
/// \file
/// The whole server: shards, the socket they listen on, and an orderly end.
///
///     phx::Server server(endpoint, {.port = 4000}, phx::Log::to_stderr(phx::Level::info));
///     return server.run();

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "endpoint/endpoint.h"
#include "server/shard.h"

namespace phx {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< An address of this machine; 0.0.0.0 for all of them.
  std::uint16_t port = 4000;       ///< 0 takes a free one: see Server::port.
  std::size_t shards = 0;          ///< Threads; 0 is one a core. At most 64.
  std::size_t max_connections = 16'384;
};

class Server {
 public:
  /// Binds the port, so that port() can be told before run(). `endpoint` outlives the server.
  /// \throws std::runtime_error with a sentence that says what to set, where that can't be done.
  Server(const Endpoint& endpoint, ServerOptions options, Log log);
  ~Server();

  std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:4000`
  std::string url() const;

  /// Serves until SIGTERM or SIGINT; then closes all connections and returns. Where handlers still
  /// run on worker threads five seconds later, the program ends here, with status 0. The thread
  /// that calls it is the first shard's.
  void run();

 private:
  void bind();
  void listen_for_signals();
  void start_accepting();
  void accept_all();
  bool accept_one();
  void pause_accepting();
  void stop();

  const ServerOptions options_;
  const Log log_;
  process::Workers workers_;
  std::vector<std::unique_ptr<server::Shard>> shards_;
  std::vector<std::thread> threads_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::size_t next_shard_ = 0;
  server::UvHandle<uv_poll_t> accepting_;
  server::UvHandle<uv_timer_t> pause_;
  std::vector<std::unique_ptr<server::UvHandle<uv_signal_t>>> signals_;
};

}  // namespace phx
