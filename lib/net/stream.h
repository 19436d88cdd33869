#pragma once
/// \file
/// One client's bytes: in, out, and the end. What carries them, TCP or TLS, is on the other side.
///
/// Whoever speaks a protocol over a stream is its StreamUser. Tests drive a user with a stream of
/// their own: testing/fake_stream.h.

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
  bool secure = false;  ///< TLS lies between.
};

/// What a stream tells. Loop thread only; any of these may call the stream.
class StreamUser {
 public:
  virtual ~StreamUser() = default;
  /// Bytes have come, at least one; they are gone when the call returns.
  virtual void received(std::string_view bytes) = 0;
  /// There is room again, after a write() that did not take all.
  virtual void writable() = 0;
  /// The stream is at its end, for whatever reason; nothing is called after this. Not called by the
  /// stream's destructor.
  virtual void closed() = 0;
};

/// Loop thread only. Neither copied nor moved. May be destroyed at any time but within a call of
/// its user; the connection then ends at once.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// From here on this user is told; until then nothing is read.
  virtual void tell(StreamUser& user) = 0;

  /// Writes at once what the network takes, and says how many bytes that were: no copy is kept. If
  /// fewer than all, the next write must begin with the same bytes, and writable() says when. After
  /// the end it takes nothing.
  virtual std::size_t write(std::string_view bytes) = 0;

  /// Stops and resumes reading. While it is paused, an end of the client's is not noticed.
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// Nothing more will be written. The client is told so, and has `linger` to end its own side:
  /// what it still sends is thrown away, so that the last bytes are not lost to a reset. closed()
  /// follows.
  virtual void finish(Millis linger) = 0;
  /// Ends the connection at once, unsent bytes and all; closed() follows, soon, but not within this
  /// call.
  virtual void drop() = 0;

  /// How long ago the client's last byte came.
  virtual Millis quiet_for() const = 0;
  virtual const Peer& peer() const = 0;
};

}  // namespace phx::net
