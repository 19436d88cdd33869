#pragma once
/// \file
/// The loop of a node's Redis client, and the sockets that hiredis believes to have.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/simulation/machine/machine.h"
#include "redis/loop.h"

namespace phx::simulation {

/// Redis::Loop on a machine's agenda. Neither copied nor moved.
class RedisLoop final : public redis::Loop {
 public:
  /// Both outlive it. `access` is the node's, to Redis.
  RedisLoop(Host& host, const Access& access);
  ~RedisLoop() override;

  std::unique_ptr<Watch> watch(int socket, std::function<void(bool, bool)> ready) override;
  std::unique_ptr<Timer> timer(std::function<void()> expired) override;
  /// Tasks run in order.
  void post(std::function<void()> task) override;

  /// The loop whose callback runs. REQUIRES: there is one.
  static RedisLoop& running();

  // For hiredis: sockets by the numbers that stand for descriptors.
  int dial(const std::string& name, int port);
  /// What has come, and is not read; nothing if the connection has ended, and all was read.
  std::optional<std::string> read(int socket);
  /// How much was taken; nothing if the connection has ended.
  std::optional<std::size_t> write(int socket, std::string_view bytes);
  /// 0, or the error with which connecting failed.
  int error(int socket) const;
  void close(int socket);

 private:
  class Socket;
  class Watcher;
  class OneTimer;
  void run(const std::function<void()>& what);
  void run_tasks();

  Host& host_;
  const Access& access_;
  std::map<int, std::unique_ptr<Socket>> sockets_;
  std::deque<std::function<void()>> tasks_;
  std::optional<Agenda::Entry> next_tasks_;
};

}  // namespace phx::simulation
