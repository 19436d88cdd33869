#pragma once
/// \file
/// Drains a user socket's connections when the server stops: in batches, so that they do not all
/// reconnect to the next server at once.
///
/// A stopping shard starts one for each user socket; it ends when all are drained. Mirrors
/// Phoenix.Socket.PoolDrainer.

#include <memory>
#include <vector>

#include "process/process.h"
#include "socket/events.h"

namespace phx::socket {

/// How a user socket's connections are drained. The `drainer:` option of Phoenix's sockets, and its
/// defaults.
struct DrainOptions {
  std::size_t batch_size = 10'000;  ///< Connections of the whole server drained at a time.
  Millis batch_interval{2'000};     ///< From one batch to the next.
  Millis shutdown{30'000};          ///< After this time the rest are drained at once.
};

class Drainer final : public process::Process {
 public:
  /// Each batch is reported to `telemetry`, which outlives it, as SocketDrain; `path` is the
  /// mount's.
  Drainer(std::shared_ptr<const UserSocket> user, DrainOptions options,
          const telemetry::Telemetry& telemetry, std::string path)
      : user_(std::move(user)), options_(options), telemetry_(telemetry), path_(std::move(path)) {}

  std::string name() const override { return "drainer"; }

 protected:
  void init() override;
  void handle(process::Message message) override;

 private:
  void next_batch();
  std::size_t batch_size() const;
  void tell(std::size_t count);

  const std::shared_ptr<const UserSocket> user_;
  const DrainOptions options_;
  const telemetry::Telemetry& telemetry_;
  const std::string path_;
  std::vector<process::Pid> waiting_;  ///< Connections not drained yet.
  std::size_t total_ = 0;
  std::size_t batches_ = 0;  ///< So far.
  Clock::time_point deadline_;
};

}  // namespace phx::socket
