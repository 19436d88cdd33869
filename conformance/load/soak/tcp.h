/// \file
/// One TCP connection on the loop: bytes out, bytes in, an end.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "conformance/load/client/loop.h"
#include "conformance/load/client/target.h"

namespace phx::soak {

/// A resource: neither copied nor moved. Loop's thread only; may not be destroyed in a callback.
class Tcp : bench::Watcher {
 public:
  struct Callbacks {
    /// Bytes came. Returns the number handled; the others come again.
    std::function<std::size_t(std::string_view bytes)> bytes;
    /// The connection has ended, other than by reset(): nothing more is called.
    std::function<void(const std::string& why)> ended;
  };
  Tcp(bench::Loop& loop, const bench::Target& target, Callbacks callbacks);
  Tcp(const Tcp&) = delete;
  Tcp& operator=(const Tcp&) = delete;
  ~Tcp() override;

  void send(std::string_view bytes);
  /// Ends it at once, like a client whose machine dies: the server gets only RST.
  void reset();
  void pause(bool paused);
  bool open() const { return fd_ >= 0; }
  /// When the current bytes were read.
  bench::Instant arrived() const { return arrived_; }

 private:
  void ready(std::uint32_t events) override;
  void flush();
  void read();
  void watch_again();
  void end(const std::string& why);

  bench::Loop& loop_;
  Callbacks callbacks_;
  int fd_;
  bool connected_ = false;
  bool paused_ = false;
  bench::Instant arrived_;
  std::string in_;
  std::string out_;
};

}  // namespace phx::soak
