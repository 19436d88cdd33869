#pragma once
/// \file
/// One thread's event loop: streams and timers live on it.
///
/// libuv waits for events; libwebsockets, on the same loop, reads, writes and encrypts. Neither is
/// seen outside of this folder.

#include <cstddef>
#include <functional>
#include <memory>

#include "net/stream.h"

namespace phx::net {

class Certificate;

/// Loop thread only, except where said otherwise. Neither copied nor moved. Outlives its streams
/// and timers.
class Loop {
 public:
  /// \throws std::runtime_error with a sentence that says what is missing on this machine.
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Called once in each round of the loop, after what came in has been read.
  void on_round(std::function<void()> callback);
  /// Runs until stop().
  void run();
  void stop();
  /// Makes the loop go round, if it waits. Any thread.
  void wake();
  /// While busy the loop does not wait for events, it only looks.
  void busy(bool is_busy);

  /// Reads the certificate, which outlives the loop. Clients that connect later need neither its
  /// files nor descriptors to read them. Call it once, before run().
  /// \throws OptionError where it can't be used.
  void prepare(const Certificate& certificate);
  /// Takes over a connected socket. With a certificate, which was prepared, the client must speak
  /// TLS; its handshake may take as long as the certificate's options say. Null where the socket
  /// can't be watched; it is closed then.
  std::unique_ptr<Stream> adopt(int socket, Peer peer, const Certificate* certificate = nullptr);

  struct Handles;
  /// For the other files of this folder.
  Handles& handles() { return *handles_; }

 private:
  std::unique_ptr<Handles> handles_;
};

}  // namespace phx::net
