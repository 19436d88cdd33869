#pragma once
/// \file
/// One client's bytes: in, out, and the end, whether over TCP or TLS.
///
/// A protocol spoken over a stream is its StreamUser. Tests drive a user with a stream of their
/// own: testing/fake_stream.h.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace phx::net {

/// The far end of a connection, as the kernel names it.
struct Peer {
  std::string address;  ///< `127.0.0.1` or `::1`
  std::uint16_t port = 0;
  bool secure = false;  ///< The connection uses TLS.
};

/// Receives a stream's events. Loop thread only; any of these may call the stream.
class StreamUser {
 public:
  virtual ~StreamUser() = default;
  /// At least one byte has come; `bytes` is valid only during the call.
  virtual void received(std::string_view bytes) = 0;
  /// There is room again after a write() that did not take everything.
  virtual void writable() = 0;
  /// The stream has ended, for whatever reason; nothing is called after this. Not called by the
  /// stream's destructor.
  virtual void closed() = 0;
};

/// Loop thread only. Neither copied nor moved. May be destroyed at any time except during a call to
/// its user; the connection then ends at once.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// Sends all further events to `user`; nothing is read before this.
  virtual void set_user(StreamUser& user) = 0;

  /// Writes what the network takes now, and returns how many bytes that was; no copy is kept. If
  /// some are left, writable() says when there is room, and the next write must begin with them.
  /// After the end it takes nothing.
  virtual std::size_t write(std::string_view bytes) = 0;

  /// Stops and resumes reading. While paused, the client's end goes unnoticed.
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// Ends our side: nothing more is written. The client has `linger` to end its own; what it still
  /// sends is discarded, so that no reset destroys our last bytes. closed() follows.
  virtual void finish(Millis linger) = 0;
  /// Ends the connection at once and discards unsent bytes; closed() follows soon, but not within
  /// this call.
  virtual void drop() = 0;

  /// Time since the client's last byte.
  virtual Millis quiet_for() const = 0;
  virtual const Peer& peer() const = 0;
  /// The peer is a proxy, and speaks for this address.
  virtual void set_client_address(std::string /*address*/) {}
  /// Bytes that the kernel has sent, TLS's own among them, each counted once. Until closed()
  /// returns.
  virtual std::uint64_t bytes_sent() const { return 0; }
};

}  // namespace phx::net
