/// The two built-in pages, and those that the program adds.

#include "server/admin.h"

#include <unistd.h>

#include <utility>

namespace phx::server {
namespace {

http::Response text(int status, std::string body) {
  return {status,
          std::move(body),
          {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-store"}}};
}

/// Scrapers and probes send no bodies.
constexpr std::size_t max_body = 1'024;

}  // namespace

Admin::Admin(Shard& first, const Endpoint& endpoint, const Log& log, const AdminOptions& options,
             std::function<Readiness()> ready)
    : first_(first),
      endpoint_(endpoint),
      log_(log),
      pages_(options.pages),
      api_(options.api),
      ready_(std::move(ready)),
      limits_({.head = 8'192,
               .body = api_ ? api_->max_body() : max_body,
               .skipped = api_ ? api_->max_body() : 0,  // so that its own 413 is read
               .patience = Millis{10'000}}) {}

void Admin::adopt(int socket, net::Peer peer) {
  ended_.clear();
  if (connections_.size() >= max_connections) return static_cast<void>(::close(socket));
  auto stream = first_.loop().adopt(socket, std::move(peer));
  if (!stream) return;
  Client client{stream->peer()};
  HttpHost& host = *this;  // make_unique can't access a private base
  auto connection =
      std::make_unique<HttpConnection>(host, std::move(stream), std::move(client), ++adopted_);
  connections_.emplace(adopted_, std::move(connection));
}

Endpoint::Outcome Admin::dispatch(const http::Request& request) {
  try {
    return page(request);
  } catch (const std::exception& error) {
    log_.error("an admin page failed", {{"path", request.path()}, {"reason", error.what()}});
    return http::rendered_error(500);
  }
}

Endpoint::Outcome Admin::page(const http::Request& request) const {
  if (api_) {
    if (auto answer = api_->answer(request, first_.loop().now())) return std::move(*answer);
  }
  if (auto outcome = endpoint_.dispatch_admin(request, first_.connections().context())) {
    return std::move(*outcome);
  }
  if (request.method != "GET" && request.method != "HEAD")
    return http::Response{405, "", {{"allow", "GET, HEAD"}}};
  if (request.path() == "/health") return text(200, "alive\n");  // this thread, at least, answers
  if (request.path() == "/ready") {
    const Readiness now = ready_();
    return now.ready ? text(200, "ready\n") : text(503, now.reason + "\n");
  }
  const auto found = pages_.find(std::string(request.path()));
  return found == pages_.end() ? text(404, "Not Found\n") : found->second(request);
}

void Admin::become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                             Client client, std::string_view early) {
  first_.connections().become_websocket(std::move(stream), std::move(upgrade), std::move(client),
                                        early);
}

void Admin::finished(HttpConnection& connection) {
  const auto found = connections_.find(connection.number());
  if (found == connections_.end()) return;
  ended_.push_back(std::move(found->second));
  connections_.erase(found);
}

void Admin::clear() {
  connections_.clear();
  ended_.clear();
}

}  // namespace phx::server
