#pragma once
/// \file
/// Counts what telemetry tells, and shows it to Prometheus.
///
///     phx::Endpoint endpoint;
///     phx::Metrics metrics(endpoint);   // from now on GET /metrics answers
///
/// No label has a value that a client chooses: neither topics nor users, whose number has no bound.

#include <memory>
#include <string>

#include "endpoint/endpoint.h"

namespace phx {

class Metrics {
 public:
  static constexpr const char* id = "phx.metrics";

  /// Before the server is made. The endpoint outlives it. An empty path serves no page: page() is
  /// for AdminOptions then. \throws std::invalid_argument where the
  /// endpoint has metrics already.
  explicit Metrics(Endpoint& endpoint, std::string path = "/metrics");
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  /// Counts no more; the page stays as it is.
  ~Metrics();

  /// What the path answers. Any thread; may outlive this, but not the endpoint.
  Endpoint::Page page() const;

 private:
  struct Series;
  Endpoint& endpoint_;
  const std::shared_ptr<Series> series_;
};

}  // namespace phx
