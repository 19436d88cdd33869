/// Binds, accepts and deals the connections out to the shards in turn.

#include "server/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace phx {
namespace {

/// libwebsockets walks the whole descriptor table at each close, so the table is no larger than the
/// connections need.
void size_descriptor_table(std::size_t connections) {
  constexpr std::size_t others = 256;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(connections + others, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const std::string numeric = host == "localhost" ? "127.0.0.1" : host;
  if (inet_pton(AF_INET, numeric.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error(fmt::format(
        "expected the host to be an IPv4 address of this machine, such as 127.0.0.1 or 0.0.0.0, "
        "got \"{}\": set --host or HOST",
        host));
  }
  return address;
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
        server::ShardOptions{.max_connections = (options.max_connections + count - 1) / count}));
    schedulers.push_back(&shards.back()->scheduler());
    hubs.push_back(&shards.back()->pubsub());
  }
  process::Scheduler::connect(schedulers);
  pubsub::PubSub::connect(hubs);
  return shards;
}

}  // namespace

Server::Server(const Endpoint& endpoint, ServerOptions options, Log log)
    : options_(std::move(options)), log_(std::move(log)) {
  std::signal(SIGPIPE, SIG_IGN);
  json_object_seed(0);  // before there are threads: Jansson seeds its tables only once
  bind();
  size_descriptor_table(options_.max_connections);
  shards_ = make_shards(endpoint, log_, workers_, options_);
  listen_for_signals();
}

Server::~Server() {
  if (listener_ >= 0) ::close(listener_);
}

std::string Server::url() const { return fmt::format("http://{}:{}", options_.host, port_); }

void Server::bind() {
  const sockaddr_in address = address_of(options_.host, options_.port);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, SOMAXCONN) != 0) {
    const int error = errno;
    throw std::runtime_error(
        error == EADDRINUSE
            ? fmt::format("port {} of {} is in use: stop who has it, or set --port or PORT to "
                          "another (0 takes a free one)",
                          options_.port, options_.host)
            : fmt::format("could not listen on {}:{}: {}; set --host and --port", options_.host,
                          options_.port, std::strerror(error)));
  }
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
  port_ = ntohs(bound.sin_port);
}

// --- Running ------------------------------------------------------------------------------------

void Server::run() {
  start_accepting();
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    threads_.emplace_back([shard = shards_[i].get()] { shard->run(); });
  }
  shards_[0]->run();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (workers_.stop(server::ShardOptions{}.farewell)) return;
  // A thread can't be ended from outside, and what it runs may take for ever.
  log_.warn("leaving behind handlers that still run");
  std::fflush(nullptr);
  std::_Exit(0);
}

void Server::start_accepting() {
  uv_loop_t* loop = shards_[0]->loop();
  accepting_.open([&](uv_poll_t* handle) { return uv_poll_init_socket(loop, handle, listener_); },
                  [this] { accept_all(); });
  uv_poll_start(accepting_.get(), UV_READABLE, server::UvHandle<uv_poll_t>::call_poll);
  pause_.open([&](uv_timer_t* handle) { return uv_timer_init(loop, handle); },
              [this] {
                uv_poll_start(accepting_.get(), UV_READABLE,
                              server::UvHandle<uv_poll_t>::call_poll);
              });
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

void Server::accept_all() {
  constexpr int a_turn = 256;  // then those who are connected have theirs
  for (int i = 0; i < a_turn && accept_one(); ++i) {
  }
}

bool Server::accept_one() {
  sockaddr_in client{};
  socklen_t size = sizeof client;
  const int socket = ::accept4(listener_, reinterpret_cast<sockaddr*>(&client), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      pause_accepting();
    }
    return errno == EINTR || errno == ECONNABORTED;
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char peer[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &client.sin_addr, peer, sizeof peer);
  shards_[next_shard_]->adopt(socket, peer);
  next_shard_ = (next_shard_ + 1) % shards_.size();
  return true;
}

/// Without descriptors an accept fails again and again: wait until some may be free.
void Server::pause_accepting() {
  constexpr std::uint64_t while_ms = 100;
  log_.warn("no descriptors are left: new connections wait", {{"ms", std::to_string(while_ms)}});
  uv_poll_stop(accepting_.get());
  uv_timer_start(pause_.get(), server::UvHandle<uv_timer_t>::call, while_ms, 0);
}

void Server::stop() {
  if (!accepting_) return;
  log_.info("stopping");
  accepting_.close();
  pause_.close();
  signals_.clear();
  ::close(std::exchange(listener_, -1));
  for (const auto& shard : shards_) shard->stop();
}

}  // namespace phx
