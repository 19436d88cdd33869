/// \file
/// The floor server: epoll, one thread, one read and one write for each connection that is ready.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/load/client/tls.h"
#include "conformance/load/floor/channels.h"

namespace phx::floor {

/// A resource: neither copied nor moved.
class Server {
 public:
  /// Listens on this IPv4 address; port 0 takes a free one. With a context it speaks only TLS.
  /// Throws std::system_error.
  Server(const std::string& host, std::uint16_t port, bench::TlsContext tls = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  /// Serves until stop(). Throws std::system_error when epoll itself fails.
  void run();
  /// Any thread, and any signal handler.
  void stop() noexcept;

 private:
  class Connection;

  void listen_on(const std::string& host, std::uint16_t port);
  void watch(int fd, std::uint32_t events, Connection* connection, int how);
  void accept_all();
  void ready(Connection& connection, std::uint32_t events);
  void read(Connection& connection);
  void take(Connection& connection, std::size_t size);
  void consume(Connection& connection, char* at, std::size_t size);
  /// Returns how many bytes were handled.
  std::size_t handle(Connection& connection, char* at, std::size_t size);
  std::size_t upgraded(Connection& connection, std::string_view bytes);
  void flush(Connection& connection);
  void drop(Connection& connection);
  void end_turn();

  int epoll_ = -1;
  int listener_ = -1;
  int stopper_ = -1;
  std::uint16_t port_ = 0;
  bench::TlsContext tls_;
  Channels channels_;
  std::vector<char> scratch_;
  std::string spare_;                 // the capacity that connections write into, lent in turn
  std::vector<Connection*> dirty_;    // have output from others; written at the turn's end
  std::vector<Connection*> dropped_;  // freed at the turn's end: an event may still name them
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
};

}  // namespace phx::floor
