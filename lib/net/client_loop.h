#pragma once
/// \file
/// The event loop that one client lives on: a loop of its own, or the caller's.
///
/// A server's Loop has libwebsockets on it, with a table for thousands of sockets; a client has one
/// or two sockets, and may be a guest on a loop that is not ours. So here libuv alone waits, and
/// DialedStream reads, writes and encrypts.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "net/stream.h"

struct uv_loop_s;

namespace phx::net {

/// Where to connect, and how.
struct Dial {
  std::string host;  ///< A name or an address, IPv4 or IPv6, without brackets.
  std::uint16_t port = 0;
  bool secure = false;       ///< TLS, 1.2 or 1.3.
  bool verify = true;        ///< The certificate must be good, and the host's.
  std::string ca_file = {};  ///< Trusts these certificates (PEM) in place of the system's.
  /// For the whole way: the name, the connection, the TLS handshake.
  Millis patience{10'000};
};

/// Receives what becomes of a dialed stream. As StreamUser, and:
class DialUser : public StreamUser {
 public:
  /// Connected, and with TLS encrypted and verified: write() works from here on.
  virtual void opened() = 0;
};

/// A stream that we opened. closed() without opened() before it: it never opened.
class DialedStream : public Stream {
 public:
  /// Why it ended; empty if the peer ended it in good order.
  virtual const std::string& failure() const = 0;
};

/// Loop thread only, except where said otherwise. Neither copied nor moved. Outlives its streams.
class ClientLoop {
 public:
  /// On the caller's loop; without one, on its own. After the destructor the caller's loop must
  /// turn once more, to release the handles.
  explicit ClientLoop(uv_loop_s* callers = nullptr);
  ClientLoop(const ClientLoop&) = delete;
  ClientLoop& operator=(const ClientLoop&) = delete;
  ~ClientLoop();

  /// To the millisecond.
  Clock::time_point now() const;
  /// Calls `callback` after wake(), and when the time that was set has come. Set it first.
  void on_turn(std::function<void()> callback);
  /// Any thread. Several calls may become one turn.
  void wake();
  /// The next turn comes at that time, if nothing else causes one before; nothing: none is due.
  void turn_at(std::optional<Clock::time_point> time);
  /// Runs its own loop until stop(). REQUIRES: it is not the caller's.
  void run();
  void stop();

  /// Begins to connect; the first event comes in a later round. Never throws: what is wrong is
  /// reported by closed() and failure(). The stream may be destroyed at any time except in a call
  /// to `user`.
  std::unique_ptr<DialedStream> dial(const Dial& dial, DialUser& user);

 private:
  struct Handles;
  const std::unique_ptr<Handles> handles_;
};

}  // namespace phx::net
