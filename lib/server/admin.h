#pragma once
/// \file
/// The operator's pages, on a listener of their own.
///
/// They are served even while the server drains or is full: their connections do not count against
/// the clients' limits, and have a small one of their own. A websocket of Endpoint::admin_socket is
/// from then on among the first shard's connections. On that shard's thread.

#include <memory>
#include <unordered_map>

#include "server/admin_api.h"
#include "server/http_connection.h"
#include "server/server.h"
#include "server/shard.h"

namespace phx::server {

/// The state for `/ready`. Any thread.
struct Readiness {
  bool ready = true;
  std::string reason = {};  ///< Why the server is not ready, in a few words.
};

class Admin final : private HttpHost {
 public:
  static constexpr std::size_t max_connections = 64;  // for Prometheus, a probe or two, a person

  /// `first`, the first shard, whose loop it uses, must outlive it, as must `endpoint`, `log` and
  /// everything that `ready` reads.
  Admin(Shard& first, const Endpoint& endpoint, const Log& log, const AdminOptions& options,
        std::function<Readiness()> ready);

  /// Takes over an accepted socket.
  void adopt(int socket, net::Peer peer);
  /// Ends all connections. REQUIRES: the loop still exists.
  void clear();

 private:
  // HttpHost
  net::Loop& loop() override { return first_.loop(); }
  Endpoint::Outcome dispatch(const http::Request& request) override;
  /// It lives among the clients' websockets from now on.
  void become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                        Client client, std::string_view early) override;
  const http::Limits& http_limits() const override { return limits_; }
  Millis linger() const override { return Millis{1'000}; }
  void limit_reached(const telemetry::LimitReached&, const std::string&) override {}
  void finished(HttpConnection& connection) override;

  Endpoint::Outcome page(const http::Request& request) const;

  Shard& first_;
  const Endpoint& endpoint_;
  const Log& log_;
  const std::map<std::string, Endpoint::Page> pages_;
  const std::shared_ptr<AdminApi> api_;
  const std::function<Readiness()> ready_;
  const http::Limits limits_;
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpConnection>> connections_;  ///< By number.
  std::uint64_t adopted_ = 0;  ///< The last number.
  /// It may still be on the stack: freed when the next one comes, or by clear().
  std::vector<std::unique_ptr<HttpConnection>> ended_;
};

}  // namespace phx::server
