#pragma once
/// \file
/// Counts telemetry events, and shows the counts to Prometheus.
///
///     phx::Endpoint endpoint;
///     phx::Metrics metrics(endpoint);   // from now on GET /metrics answers
///
/// No label has a value that a client chooses, such as a topic or a user: their number has no
/// limit.

#include <memory>
#include <string>

#include "endpoint/endpoint.h"

namespace phx {

class Metrics {
 public:
  static constexpr const char* id = "phx.metrics";

  /// Call before the server is made. The endpoint must outlive it. With an empty path no page is
  /// served: pass page() to AdminOptions. \throws std::invalid_argument if the endpoint has metrics
  /// already.
  explicit Metrics(Endpoint& endpoint, std::string path = "/metrics");
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  /// Stops counting; the page stays as it is.
  ~Metrics();

  /// The page that the path serves. Any thread; may outlive this, but not the endpoint.
  Endpoint::Page page() const;

 private:
  struct Series;
  Endpoint& endpoint_;
  const std::shared_ptr<Series> series_;
};

}  // namespace phx
