#pragma once
/// \file
/// libuv for a Redis client: a loop of its own, without libwebsockets.

#include <memory>

#include "redis/loop.h"

namespace phx::net {

class RedisLoop final : public redis::Loop {
 public:
  RedisLoop();
  ~RedisLoop() override;

  /// Runs until stop().
  void run();
  /// Any thread.
  void stop();

  std::unique_ptr<Watch> watch(int socket, std::function<void(bool, bool)> ready) override;
  std::unique_ptr<Timer> timer(std::function<void()> expired) override;
  void post(std::function<void()> task) override;

 private:
  struct Handles;
  const std::unique_ptr<Handles> handles_;
};

}  // namespace phx::net
