#pragma once
/// \file
/// One thread's event loop: streams and timers live on it.
///
/// libuv waits for events; libwebsockets, on the same loop, reads, writes and encrypts. Neither is
/// seen outside of this folder.

#include <cstddef>
#include <functional>
#include <memory>

#include "base/time.h"
#include "net/stream.h"

namespace phx::net {

class Certificate;

/// Loop thread only, except where said otherwise. Neither copied nor moved. Outlives its streams
/// and timers.
class Loop {
 public:
  /// Has room for `descriptors` beyond the highest number that the process uses now, its own files
  /// and the sockets of other loops included. Fewer make closing a connection cheaper.
  /// \throws std::runtime_error that says what is missing on this machine.
  explicit Loop(std::size_t descriptors = 4'096);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// When this round of the loop began, to the millisecond. Costs no system call.
  Clock::time_point now() const;
  /// Calls `callback` once per round of the loop, after input has been read.
  void on_round(std::function<void()> callback);
  /// Runs until stop().
  void run();
  void stop();
  /// Wakes the loop, if it is waiting. Any thread.
  void wake();
  /// While busy, the loop checks for events without waiting.
  void busy(bool is_busy);

  /// Reads the certificate, which outlives the loop. Clients that connect later need neither its
  /// files nor descriptors to read them. Call it once, before run().
  /// \throws OptionError if it can't be used.
  void prepare(const Certificate& certificate);
  /// Takes over a connected socket. With a certificate, which must be prepared, the client must
  /// speak TLS; the certificate's options limit its handshake. Null if the socket can't be watched;
  /// it is then closed.
  std::unique_ptr<Stream> adopt(int socket, Peer peer, const Certificate* certificate = nullptr);

  struct Handles;
  /// For the other files of this folder.
  Handles& handles() { return *handles_; }

 private:
  std::unique_ptr<Handles> handles_;
};

}  // namespace phx::net
