#pragma once
/// \file
/// One port: binds it, and hands on every connection that comes.

#include <cstdint>
#include <functional>
#include <string>

#include "base/log.h"
#include "server/client.h"
#include "server/uv.h"

namespace phx::server {

/// Neither copied nor moved. But for its making, on its loop's thread.
class Listener {
 public:
  /// Takes the socket over; it is not blocking.
  using Accept = std::function<void(int socket, Client client)>;

  /// Binds the port; 0 takes a free one. `setting` is what a user sets it by: `--port or PORT`.
  /// \throws std::runtime_error with a sentence that says what to set, where that can't be done.
  Listener(std::string host, std::uint16_t port, const std::string& setting, const Log& log,
           Accept accept);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::uint16_t port() const { return port_; }
  /// Accepts from now on, on this loop.
  void start(uv_loop_t* loop);
  /// Frees the port. The loop is still there.
  void stop();

 private:
  void bind(std::uint16_t port, const std::string& setting);
  void accept_all();
  bool accept_one();
  void pause();
  void all_accepted();

  const std::string host_;
  const Log& log_;
  const Accept accept_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  bool starving_ = false;  ///< Connections wait, for want of descriptors.
  UvHandle<uv_poll_t> accepting_;
  UvHandle<uv_timer_t> pause_;
};

}  // namespace phx::server
