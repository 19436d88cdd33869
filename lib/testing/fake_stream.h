#pragma once
/// \file
/// A stream that a test controls: it keeps the bytes written, and takes as many as the test allows.

#include <limits>
#include <string>
#include <utility>

#include "net/stream.h"

namespace phx::testing {

/// Outlives the stream that a connection owns, so a test can still examine it.
struct FakeNetwork {
  std::string written = {};
  std::size_t room = std::numeric_limits<std::size_t>::max();  ///< Bytes that it still takes.
  bool paused = false;
  bool finished = false;  ///< The server has ended its side.
  Millis linger{0};       ///< How long it then waits for the client's end.
  bool dropped = false;
  bool destroyed = false;
  Millis quiet{0};
  net::StreamUser* user = nullptr;

  /// The bytes written since the last call.
  std::string taken() { return std::exchange(written, {}); }
  void make_room(std::size_t bytes = std::numeric_limits<std::size_t>::max()) {
    room = bytes;
    user->writable();
  }
};

class FakeStream final : public net::Stream {
 public:
  FakeStream(FakeNetwork& network, net::Peer peer = {.address = "127.0.0.1", .port = 50'000})
      : network_(network), peer_(std::move(peer)) {}
  ~FakeStream() override { network_.destroyed = true; }

  void set_user(net::StreamUser& user) override { network_.user = &user; }
  std::size_t write(std::string_view bytes) override {
    const std::size_t taken = std::min(bytes.size(), network_.room);
    network_.written += bytes.substr(0, taken);
    network_.room -= taken;
    return taken;
  }
  void pause() override { network_.paused = true; }
  void resume() override { network_.paused = false; }
  void finish(Millis linger) override {
    network_.finished = true;
    network_.linger = linger;
  }
  void drop() override { network_.dropped = true; }
  Millis quiet_for() const override { return network_.quiet; }
  const net::Peer& peer() const override { return peer_; }

 private:
  FakeNetwork& network_;
  const net::Peer peer_;
};

}  // namespace phx::testing
