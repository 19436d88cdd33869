/// Distributes the connections over the shards, and ends in order.

#include "server/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "endpoint/logger.h"
#include "net/listener.h"
#include "net/networks.h"
#include "net/proxy_gate.h"
#include "net/signal.h"
#include "net/standard_descriptors.h"
#include "net/tls.h"
#include "server/addresses.h"
#include "server/admin.h"
#include "server/advice.h"
#include "server/check_options.h"
#include "server/service.h"
#include "server/shard.h"
#include "server/watchdog.h"

namespace phx {
namespace {

std::size_t shard_count(const ServerOptions& options) {
  const std::size_t wanted =
      options.shards > 0 ? options.shards : std::max(1u, std::thread::hardware_concurrency());
  return std::min<std::size_t>(wanted, process::Scheduler::max_shards);
}

/// Descriptors that a program may open besides its clients' sockets after the server was made.
constexpr std::size_t descriptors_of_others = 4'096;

server::ShardOptions shard_options(const ServerOptions& options, std::size_t shards,
                                   const net::Networks& proxies, server::Addresses& addresses) {
  return {.connections = {.max_connections = (options.max_connections + shards - 1) / shards,
                          .outbox_limit = options.outbox_limit,
                          .farewell = options.farewell,
                          .write_patience = options.write_patience,
                          .client_memory = options.client_memory,
                          .http = options.http,
                          .access_log = options.access_log,
                          .trusted_proxies = proxies,
                          .addresses = &addresses},
          .processes = options.processes,
          .time = options.time,
          .descriptors = options.max_connections + descriptors_of_others};
}

std::string url_of(const char* scheme, const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", scheme, v6 ? "[" + host + "]" : host, port);
}

}  // namespace

/// One run of a server. The first member is destroyed last.
struct Server::Impl {
  Impl(const Endpoint& endpoint, const ServerOptions& options, const Log& log,
       server::Service* service);
  ~Impl();

  void start();
  /// Asks everything to end, and returns at once. Any thread.
  void begin_to_end();
  /// Waits until everything has ended, and returns what Server::stop does. Any thread.
  bool end();
  void reload();
  void hand_over();
  void look_at_successor();

  std::unique_ptr<net::Listener> listener(const std::string& host, std::uint16_t port,
                                          const char* option, net::Listener::Accept accept);
  void listen(std::uint16_t port, const char* option, const net::Certificate* certificate);
  void make_shards();
  void make_admin();
  server::Readiness ready() const;
  server::Shard& emptiest_shard();
  bool admit(server::Client& client);
  bool has_memory(const server::Client& client);

  const Endpoint& endpoint;
  const ServerOptions& options;
  const Log& log;
  server::Service* const service;  ///< Null unless asked for.
  server::Addresses addresses;
  const net::Networks proxies;
  std::optional<net::Certificate> certificate;
  process::Workers workers;
  server::MemoryBudget memory;
  server::Draining draining;
  bool refusing = false;  ///< New clients refused because memory is short.
  std::vector<std::unique_ptr<server::Shard>> shards;
  std::vector<std::unique_ptr<net::ProxyGate>> gates;
  std::vector<std::unique_ptr<net::Listener>> listeners;  ///< The first one is port()'s.
  std::unique_ptr<server::Admin> admin;
  std::unique_ptr<net::Listener> admin_listener;
  std::vector<std::unique_ptr<net::Signal>>
      stop_signals;  ///< Once the server drains, a second signal kills it.
  std::vector<std::unique_ptr<net::Signal>> signals;  ///< The other signals, until it has drained.
  std::unique_ptr<server::Watchdog> watchdog;
  std::unique_ptr<net::Timer> successor_watch;  ///< While one starts.
  Clock::time_point successor_due{};
  bool handed_over = false;
  std::size_t next_shard = 0;
  std::atomic<bool> started = false;
  std::atomic<bool> ending = false;
  std::mutex threads_mutex;  ///< The first caller of end() joins the threads; others wait for that.
  std::vector<std::thread> threads;
  bool handlers_ended = true;
};

// --- The beginning ------------------------------------------------------------------------------

Server::Impl::Impl(const Endpoint& the_endpoint, const ServerOptions& the_options,
                   const Log& the_log, server::Service* the_service)
    : endpoint(the_endpoint),
      options(the_options),
      log(the_log),
      service(the_service),
      addresses(options.max_connections_per_address),
      proxies(options.trusted_proxies, "ServerOptions::trusted_proxies"),
      workers(options.worker_threads, {.of_client = options.max_workers_per_client,
                                       .of_network = options.max_workers_per_address}),
      memory(options.memory > 0 ? options.memory : server::default_memory(), shard_count(options)) {
  server::check_options(options);
  if (options.tls) certificate.emplace(*options.tls);
  net::take_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  json_object_seed(0);  // before there are threads: Jansson seeds its tables only once
  if (options.http_port && !certificate) {
    throw OptionError("ServerOptions::tls",
                      "expected a certificate and a key with ServerOptions::http_port, which opens "
                      "a plain port beside the TLS port, got neither");
  }
  if (options.proxy_protocol && proxies.empty()) {
    throw OptionError("ServerOptions::trusted_proxies",
                      "expected the addresses of proxies with ServerOptions::proxy_protocol, got "
                      "none");
  }
  make_shards();
  listen(options.port, "ServerOptions::port", certificate ? &*certificate : nullptr);
  if (options.http_port) listen(*options.http_port, "ServerOptions::http_port", nullptr);
  if (options.admin) make_admin();
}

void Server::Impl::listen(std::uint16_t port, const char* option,
                          const net::Certificate* with_certificate) {
  const auto welcome = [this, with_certificate](int socket, net::Peer peer) {
    server::Client client{std::move(peer)};
    if (!admit(client)) return static_cast<void>(::close(socket));
    emptiest_shard().adopt(socket, std::move(client), with_certificate);
  };
  net::ProxyGate* gate = nullptr;
  if (options.proxy_protocol) {
    gates.push_back(std::make_unique<net::ProxyGate>(shards[0]->loop(), log, welcome));
    gate = gates.back().get();
  }
  listeners.push_back(
      listener(options.host, port, option, [this, gate, welcome](int socket, net::Peer peer) {
        if (gate == nullptr || !proxies.contain(peer.address)) return welcome(socket, peer);
        gate->take(socket, std::move(peer));
      }));
}

std::unique_ptr<net::Listener> Server::Impl::listener(const std::string& host, std::uint16_t port,
                                                      const char* option,
                                                      net::Listener::Accept accept) {
  const auto socket = service == nullptr ? std::nullopt : service->take_socket(port);
  if (socket) return std::make_unique<net::Listener>(*socket, log, std::move(accept));
  return std::make_unique<net::Listener>(host, port, option, log, std::move(accept));
}

void Server::Impl::make_admin() {
  admin = std::make_unique<server::Admin>(*shards[0], endpoint, log, *options.admin,
                                          [this] { return ready(); });
  admin_listener =
      listener(options.admin->host, options.admin->port, "AdminOptions::port",
               [this](int socket, net::Peer peer) { admin->adopt(socket, std::move(peer)); });
}

server::Readiness Server::Impl::ready() const {
  if (ending) return {false, "draining"};
  if (memory.full()) return {false, "memory budget used up"};
  std::size_t open = 0;
  for (const auto& shard : shards) open += shard->load();
  if (open >= options.max_connections) return {false, "connection limit reached"};
  return {};
}

void Server::Impl::make_shards() {
  const std::size_t count = shard_count(options);
  std::vector<process::Scheduler*> schedulers;
  std::vector<pubsub::PubSub*> hubs;
  for (std::uint32_t i = 0; i < count; ++i) {
    shards.push_back(
        std::make_unique<server::Shard>(i, endpoint, log, workers, memory, draining,
                                        shard_options(options, count, proxies, addresses)));
    if (certificate) shards.back()->loop().prepare(*certificate);
    schedulers.push_back(&shards.back()->scheduler());
    hubs.push_back(&shards.back()->pubsub());
  }
  process::Scheduler::connect(schedulers);
  pubsub::PubSub::connect(hubs);
}

void Server::Impl::start() {
  const std::lock_guard lock(threads_mutex);
  started = true;
  for (const auto& listener : listeners) listener->start(shards[0]->loop());
  if (admin_listener) {
    admin_listener->start(shards[0]->loop());
    log.info("the admin port is open",
             {{"url", url_of("http", options.admin->host, admin_listener->port())}});
  }
  if (options.signals) {
    for (const int number : {SIGTERM, SIGINT}) {
      stop_signals.push_back(
          std::make_unique<net::Signal>(shards[0]->loop(), number, [this] { begin_to_end(); }));
    }
    signals.push_back(
        std::make_unique<net::Signal>(shards[0]->loop(), SIGHUP, [this] { reload(); }));
    if (service != nullptr) {
      signals.push_back(
          std::make_unique<net::Signal>(shards[0]->loop(), SIGUSR2, [this] { hand_over(); }));
    }
  }
  if (const auto interval = service == nullptr ? std::nullopt : service->watchdog()) {
    watchdog = std::make_unique<server::Watchdog>(shards, *interval, [this] { service->alive(); });
  }
  std::vector<pubsub::PubSub*> hubs;
  for (const auto& shard : shards) hubs.push_back(&shard->pubsub());
  endpoint.broadcaster().open(std::move(hubs), endpoint.telemetry(), log);
  for (const auto& shard : shards) threads.emplace_back([each = shard.get()] { each->run(); });
  if (service != nullptr) service->ready();
}

// --- New connections, on the first shard's thread -----------------------------------------------

/// The emptiest one; equally empty shards take turns. Connections end unevenly, and each shard has
/// a limit of its own.
server::Shard& Server::Impl::emptiest_shard() {
  std::size_t best = next_shard;
  for (std::size_t i = 1; i < shards.size(); ++i) {
    const std::size_t other = (next_shard + i) % shards.size();
    if (shards[other]->load() < shards[best]->load()) best = other;
  }
  next_shard = (best + 1) % shards.size();
  return *shards[best];
}

bool Server::Impl::admit(server::Client& client) {
  if (!has_memory(client)) return false;
  return proxies.contain(client.peer.address) ||
         server::admit(addresses, client, endpoint.telemetry(), log);
}

/// Logs only the first refusal: more lines would take more memory.
bool Server::Impl::has_memory(const server::Client& client) {
  const bool full = memory.full();
  const bool first = full && !refusing;
  refusing = full;
  if (!full) return true;
  const telemetry::LimitReached reached{telemetry::Limit::memory, memory.limit()};
  if (first) {
    telemetry::report_limit(endpoint.telemetry(), log, reached, {"peer", client.peer.address});
  } else {
    endpoint.telemetry().execute(reached);
  }
  return false;
}

// --- New files, at any time ---------------------------------------------------------------------

void Server::Impl::reload() {
  const bool notifies = service != nullptr && !ending;
  if (notifies) service->reloading();
  log.reopen();
  if (options.access_log) options.access_log->reopen();
  try {
    if (certificate) certificate->reload();
    log.info(certificate ? "reloaded: new clients get the certificate from its files" : "reloaded");
  } catch (const std::exception& error) {
    log.error("the certificate could not be read again, and the old one stays",
              {{"reason", error.what()}});
  }
  if (notifies) service->ready();
}

// --- A new program, without a break -------------------------------------------------------------

/// The successor inherits the sockets. Until it serves, so do we.
void Server::Impl::hand_over() {
  constexpr Millis look_again{20};
  constexpr Millis patience{60'000};
  if (ending || successor_watch) return;
  std::vector<int> sockets;
  for (const auto& each : listeners) sockets.push_back(each->socket());
  if (admin_listener) sockets.push_back(admin_listener->socket());
  try {
    service->start_successor(sockets);
  } catch (const std::exception& error) {
    return log.error("the successor could not be started", {{"reason", error.what()}});
  }
  log.info("a successor starts", {{"pid", std::to_string(service->successor())}});
  successor_due = Clock::now() + patience;
  successor_watch =
      std::make_unique<net::Timer>(shards[0]->loop(), [this] { look_at_successor(); });
  successor_watch->every(look_again);
}

void Server::Impl::look_at_successor() {
  using Successor = server::Service::Successor;
  const std::string pid = std::to_string(service->successor());
  const Successor now = service->look_at_successor();
  if (now == Successor::starting) {
    if (Clock::now() <= successor_due) return;
    service->kill_successor();
  }
  successor_watch.reset();
  if (now == Successor::serves) {
    handed_over = true;
    log.info("the successor serves: this process drains", {{"pid", pid}});
    return begin_to_end();
  }
  log.error("the successor ended before it served: this process goes on", {{"pid", pid}});
}

// --- The end ------------------------------------------------------------------------------------

void Server::Impl::begin_to_end() {
  if (ending.exchange(true)) return;
  log.info("stopping");
  if (service != nullptr && !handed_over) service->stopping();
  // The first shard's loop watches the ports and the signals.
  shards[0]->scheduler().post([this] {
    for (const auto& each : listeners) each->stop();
    for (const auto& gate : gates) gate->clear();
    if (handed_over && admin_listener) admin_listener->stop();  // the successor serves them
    stop_signals.clear();
    // A successor that is still starting would serve on after our stop.
    if (std::exchange(successor_watch, nullptr)) service->kill_successor();
    for (const auto& shard : shards) shard->stop();
  });
}

bool Server::Impl::end() {
  const std::lock_guard lock(threads_mutex);
  if (threads.empty()) return handlers_ended;
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  watchdog.reset();
  signals.clear();
  if (admin_listener) admin_listener->stop();
  if (admin) admin->clear();
  handlers_ended = workers.stop(options.farewell);
  if (handlers_ended) endpoint.broadcaster().close();
  return handlers_ended;
}

/// Handlers that still run refer to the shards, and broadcast to them and to other nodes.
Server::Impl::~Impl() {
  if (end()) return;
  while (!workers.stop(std::chrono::hours(1))) {
  }
  endpoint.broadcaster().close();
}

// --- The server ---------------------------------------------------------------------------------

namespace {

/// Attaching the logger fails if another server has done so.
std::unique_ptr<const Logger> logger_of(const Endpoint& endpoint, const Log& log) try {
  return std::make_unique<const Logger>(endpoint.telemetry(), log, endpoint.filter_parameters());
} catch (const std::invalid_argument&) {
  throw std::logic_error(
      "expected an endpoint without a server, got one that has a server: make an endpoint for "
      "each");
}

}  // namespace

Server::Server(const Endpoint& endpoint, ServerOptions options, Log log)
    : endpoint_(endpoint),
      options_(std::move(options)),
      log_(std::move(log)),
      logger_(logger_of(endpoint, log_)),
      service_(options_.service ? std::make_unique<server::Service>() : nullptr),
      impl_(std::make_unique<Impl>(endpoint_, options_, log_, service_.get())) {
  // The same ports again at each start, even if 0 chose them.
  port_ = options_.port = impl_->listeners.front()->port();
  if (options_.http_port) options_.http_port = impl_->listeners.back()->port();
  if (options_.admin) options_.admin->port = impl_->admin_listener->port();
  for (const auto& listener : impl_->listeners) {
    const bool https = impl_->certificate && urls_.empty();
    urls_.push_back(url_of(https ? "https" : "http", options_.host, listener->port()));
  }
  if (options_.admin) admin_url_ = url_of("http", options_.admin->host, options_.admin->port);
}

Server::~Server() { stop(); }

void Server::start() {
  if (impl_->started && !impl_->ending) {
    throw std::logic_error("expected a stopped server, got a running one: stop it first");
  }
  if (impl_->ending) {
    if (service_) service_->rewind();
    // If it can't be made, what is left is the stopped server.
    impl_ = std::make_unique<Impl>(endpoint_, options_, log_, service_.get());
  }
  server::log_advice(log_, endpoint_, options_);
  impl_->start();
}

bool Server::stop() {
  if (!impl_->started) return true;
  impl_->begin_to_end();
  return impl_->end();
}

void Server::reload() { impl_->reload(); }

bool Server::run() {
  start();
  return impl_->end();
}

}  // namespace phx
