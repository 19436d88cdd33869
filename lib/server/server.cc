/// Deals the connections out to the shards in turn, and ends in order.

#include "server/server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

// jemalloc, where it is the allocator, reads this as it begins. What was freed goes back to the
// system within a second or two, by a thread of its own: also where nobody allocates any more.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace phx {
namespace {

constexpr std::size_t with_tls = 3;  // descriptors: the client's socket, and a pair behind it

/// libwebsockets walks the whole descriptor table at each close, so the table is no larger than the
/// connections need.
void size_descriptor_table(const ServerOptions& options) {
  constexpr std::size_t others = 256;
  const std::size_t connections = options.max_connections * (options.tls ? with_tls : 1);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(connections + others, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::unique_ptr<server::Shard>> make_shards(const Endpoint& endpoint, const Log& log,
                                                        process::Workers& workers,
                                                        const ServerOptions& options) {
  const std::size_t wanted =
      options.shards > 0 ? options.shards : std::max(1u, std::thread::hardware_concurrency());
  const std::size_t count = std::min<std::size_t>(wanted, process::Scheduler::most_shards);
  std::vector<std::unique_ptr<server::Shard>> shards;
  std::vector<process::Scheduler*> schedulers;
  std::vector<pubsub::PubSub*> hubs;
  for (std::uint32_t i = 0; i < count; ++i) {
    shards.push_back(std::make_unique<server::Shard>(
        i, endpoint, log, workers,
        server::ShardOptions{.max_connections = (options.max_connections + count - 1) / count,
                             .outbox_limit = options.outbox_limit,
                             .farewell = options.farewell,
                             .http = options.http,
                             .processes = options.processes}));
    schedulers.push_back(&shards.back()->scheduler());
    hubs.push_back(&shards.back()->pubsub());
  }
  process::Scheduler::connect(schedulers);
  pubsub::PubSub::connect(hubs);
  return shards;
}

}  // namespace

Server::Server(const Endpoint& endpoint, ServerOptions options, Log log)
    : options_(std::move(options)),
      log_(std::move(log)),
      logger_(endpoint.telemetry(), log_, endpoint.filter_parameters()),
      endpoint_(endpoint),
      addresses_(options_.max_connections_per_address),
      tls_(options_.tls ? std::optional<server::TlsContext>(*options_.tls) : std::nullopt),
      workers_(options_.worker_threads) {
  std::signal(SIGPIPE, SIG_IGN);
  json_object_seed(0);  // before there are threads: Jansson seeds its tables only once
  listen();
  size_descriptor_table(options_);
  shards_ = make_shards(endpoint, log_, workers_, options_);
  listen_for_signals();
}

std::vector<std::string> Server::urls() const {
  std::vector<std::string> all;
  for (const auto& listener : listeners_) {
    const bool https = tls_ && all.empty();
    all.push_back(
        fmt::format("{}://{}:{}", https ? "https" : "http", options_.host, listener->port()));
  }
  return all;
}

void Server::listen() {
  if (options_.http_port && !tls_) {
    throw std::runtime_error(
        "expected a certificate and a key with --http-port, which opens a plain port beside that "
        "of "
        "TLS, got neither: set --cert and --key, or --port alone");
  }
  add_listener(options_.port, "--port or PORT", tls_ ? &*tls_ : nullptr);
  if (options_.http_port) add_listener(*options_.http_port, "--http-port or HTTP_PORT", nullptr);
}

void Server::add_listener(std::uint16_t port, const std::string& setting,
                          const server::TlsContext* tls) {
  listeners_.push_back(std::make_unique<server::Listener>(
      options_.host, port, setting, log_, [this, tls](int socket, server::Client client) {
        if (!admit(client)) return static_cast<void>(::close(socket));
        emptiest_shard().adopt(socket, std::move(client), tls);
      }));
}

/// In turn where several are: connections go as they please, and each shard has its own limit.
server::Shard& Server::emptiest_shard() {
  std::size_t best = next_shard_;
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    const std::size_t other = (next_shard_ + i) % shards_.size();
    if (shards_[other]->load() < shards_[best]->load()) best = other;
  }
  next_shard_ = (best + 1) % shards_.size();
  return *shards_[best];
}

/// On the first shard's thread, as all that is accepted.
bool Server::admit(server::Client& client) {
  if (addresses_.most() == 0) return true;
  auto admission = addresses_.admit(client.address);
  client.place = std::move(admission.place);
  if (client.place) return true;
  const telemetry::LimitReached reached{telemetry::Limit::address_connections, addresses_.most()};
  if (admission.first_refusal) {
    telemetry::tell(endpoint_.telemetry(), log_, reached, {"peer", client.address});
  } else {
    endpoint_.telemetry().execute(reached);
  }
  return false;
}

// --- Running ------------------------------------------------------------------------------------

void Server::run() {
  for (const auto& listener : listeners_) listener->start(shards_[0]->loop());
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    threads_.emplace_back([shard = shards_[i].get()] { shard->run(); });
  }
  shards_[0]->run();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (workers_.stop(options_.farewell)) return;
  // A thread can't be ended from outside, and what it runs may take for ever.
  log_.warn("leaving behind handlers that still run");
  log_.flush();
  std::fflush(nullptr);
  std::_Exit(0);
}

/// From the constructor on, so that a signal before run() ends it in order, too.
void Server::listen_for_signals() {
  for (const int signal : {SIGTERM, SIGINT}) {
    auto& handle = signals_.emplace_back(std::make_unique<server::UvHandle<uv_signal_t>>());
    handle->open([&](uv_signal_t* h) { return uv_signal_init(shards_[0]->loop(), h); },
                 [this] { stop(); });
    uv_signal_start(handle->get(), server::UvHandle<uv_signal_t>::call_signal, signal);
  }
}

void Server::stop() {
  if (signals_.empty()) return;
  log_.info("stopping");
  for (const auto& listener : listeners_) listener->stop();
  signals_.clear();
  for (const auto& shard : shards_) shard->stop();
}

}  // namespace phx
