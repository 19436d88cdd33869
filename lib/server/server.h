#pragma once
/// \file
/// The whole server: shards, the ports they listen on, and an orderly end.
///
///     phx::Server server(endpoint, {.port = 4000}, phx::Log::to_stderr(phx::Level::info));
///     server.start();            // serves on its own threads from here on
///     server.stop();             // disconnects all clients, and returns when they are gone

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/option_error.h"
#include "endpoint/endpoint.h"
#include "http/limits.h"
#include "net/tls_options.h"
#include "process/limits.h"

namespace phx {

using HttpLimits = http::Limits;
class Logger;
class AdminApi;
namespace server {
class Service;
}

/// A separate port for the operator. `/health` answers 200 while the first shard's loop runs;
/// `/ready` answers 200 while new clients are accepted, and 503 with a reason when the server
/// drains or has no room left. Both answer until the end. No TLS: keep it to a network you trust.
struct AdminOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 takes a free one: see Server::admin_url.
  /// More pages by path, such as Metrics::page(), answered on the first shard's thread.
  std::map<std::string, Endpoint::Page> pages = {};
  /// Broadcasts, disconnects and presences, for clients with its token: server/admin_api.h.
  std::shared_ptr<AdminApi> api = {};
};

struct ServerOptions {
  /// An address of this machine, IPv4 or IPv6: 0.0.0.0 for all of IPv4, `::` for all of both.
  std::string host = "127.0.0.1";
  std::uint16_t port = 4000;             ///< 0 takes a free one: see Server::port.
  std::size_t shards = 0;                ///< Threads; 0 means one per core. At most 64.
  std::size_t max_connections = 16'384;  ///< Of all shards; any more are closed on arrival.
  /// The same per address; 0, the default, means no limit: clients behind one proxy or one
  /// company's router share an address. Set it where clients connect directly.
  std::size_t max_connections_per_address = 0;
  HttpLimits http = {};
  /// Bytes of memory waiting for one client; above this, it is disconnected.
  std::size_t outbox_limit = 32 * 1'048'576;
  /// How long bytes may wait for one client; it is dropped within twice that time.
  Millis write_patience{60'000};
  /// Bytes that wait for one client: in its outbox, and in the mailboxes of its socket and
  /// channels.
  std::size_t client_memory = 64 * 1'048'576;
  /// Bytes of the whole process. Above it new clients are refused, and the client that holds the
  /// most is disconnected, then the next. 0 means half of what the machine, or the process's
  /// cgroup, has.
  std::size_t memory = 0;
  process::Limits processes = {};  ///< Mailboxes and turns.
  process::TimeBudget time =
      {};  ///< How long a process, and all of a shard's together, may hold the thread.
  std::size_t worker_threads = 10;  ///< For handlers that block (Channel::blocking); more wait.
  /// Of these, for one client's handlers at a time; its others wait. 0 means no limit.
  std::size_t max_workers_per_client = 2;
  /// The same for all clients of one address (an IPv6 /64), because the handlers of a client that
  /// keeps reconnecting run on.
  std::size_t max_workers_per_address = 5;
  Millis farewell{5'000};  ///< For a client to leave when asked; then it is dropped.
  /// If set, the port speaks https and wss.
  std::optional<TlsOptions> tls = {};
  /// A plain port beside the TLS port; 0 takes a free one.
  std::optional<std::uint16_t> http_port = {};
  std::optional<AdminOptions> admin = {};
  /// A line for each request and each websocket: address, method, path, status, bytes, time. Its
  /// log, which may be the server's own, must take Level::info.
  std::optional<Log> access_log = {};
  /// Addresses and networks (`10.0.0.0/8`) of proxies that are trusted to name their clients, in
  /// `X-Forwarded-For` and the PROXY protocol: for limits, logs, and ConnectInfo::peer_data. A
  /// proxy must append to the header itself. Its own connections are exempt from the limit of an
  /// address.
  std::vector<std::string> trusted_proxies = {};
  /// These proxies begin each connection with a PROXY header, version 1 or 2. One without is
  /// closed.
  bool proxy_protocol = false;
  /// SIGTERM and SIGINT stop the running server, SIGHUP calls reload(). With `service`, SIGUSR2
  /// replaces the program without refusing a client: a new process starts with the same arguments
  /// and takes over the listening sockets, then this one drains. Off by default: signals belong to
  /// the program.
  bool signals = false;
  /// Works with systemd, if that started the program: takes its sockets (LISTEN_FDS) instead of
  /// binding the same ports, and sends READY, RELOADING, STOPPING and WATCHDOG. At most one server
  /// of a program.
  bool service = false;
};

/// Any thread, one call at a time; stop() may be called while run() waits. A program may have
/// several servers, but start and stop them one after the other: libwebsockets 4.1 can't do two at
/// the same moment. Neither copied nor moved.
class Server {
 public:
  /// Binds the ports, so that they can be read before the server starts. `endpoint` outlives it,
  /// and belongs to one server at a time. \throws OptionError if an option can't be used: a port
  /// that is taken, a certificate that can't be read, a limit of 0 that would serve nobody;
  /// std::logic_error if the endpoint has another server.
  Server(const Endpoint& endpoint, ServerOptions options, Log log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops. Waits for handlers that block, however long they take.
  ~Server();

  // These never change, and may be called at any time, also while the server starts or stops.

  std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:4000`, or with TLS `https://…`
  std::string url() const { return urls().front(); }
  /// url(), followed by that of the plain port beside TLS, if there is one.
  std::vector<std::string> urls() const { return urls_; }
  /// The URL of AdminOptions' pages; empty without them.
  std::string admin_url() const { return admin_url_; }

  /// Serves, on threads of its own. After a stop() it may start again, on the same ports. \throws
  /// std::logic_error if it is running; OptionError if a port has been taken since, and then it
  /// stays stopped, and may start later.
  void start();
  /// Disconnects all clients, and returns when they are gone or `farewell` is over. False: handlers
  /// still run on worker threads. A handler must not call it: it would wait for itself.
  bool stop();
  /// Reads the certificate's files again, for clients that connect from now on, and opens the log's
  /// file again. No connection ends. What can't be read is logged, and the old certificate stays.
  void reload();
  /// Starts, and waits until another thread or a signal has stopped it. Returns stop()'s result.
  bool run();

 private:
  struct Impl;
  const Endpoint& endpoint_;
  ServerOptions options_;
  const Log log_;
  const std::unique_ptr<const Logger> logger_;      ///< Attached once, however often it starts.
  const std::unique_ptr<server::Service> service_;  ///< Null unless asked for.
  std::uint16_t port_ = 0;
  std::vector<std::string> urls_;
  std::string admin_url_;
  std::unique_ptr<Impl> impl_;  ///< From binding the ports to the end of the last thread.
};

}  // namespace phx
