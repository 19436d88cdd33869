/// \file
/// One websocket of the load client: connects, upgrades, and passes each text frame to its
/// listener.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/load/client/loop.h"
#include "conformance/load/client/target.h"
#include "conformance/load/client/tls.h"

namespace phx::bench {

class Connection;

/// Gets the events of one or many connections. Must outlive them.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The upgrade was accepted: frames may be sent.
  virtual void opened(Connection&) = 0;
  /// A text frame. `text` lives as long as the call.
  virtual void received(Connection&, std::string_view text) = 0;
  /// The connection has ended after finish(). Any other end is a Failure.
  virtual void closed(Connection&) = 0;
};

/// A resource: neither copied nor moved. Loop's thread only.
class Connection : Watcher {
 public:
  /// Starts connecting. `index` is the listener's own name for this connection.
  Connection(Loop&, const Target&, Listener&, std::size_t index);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::size_t index() const { return index_; }
  /// When the current bytes were read.
  Instant arrived() const { return arrived_; }

  /// Queues one text frame. Frames queued while a frame is handled leave in one write.
  void send(std::string_view text);
  /// Writes queued frames; needed after a send() outside received() and opened().
  void flush();
  /// Closes with 1000 and waits for the server to end the connection, as RFC 6455 asks.
  void finish();
  bool ended() const { return state_ == State::ended; }

 private:
  enum class State : std::uint8_t { connecting, upgrading, open, finishing, ended };

  void ready(std::uint32_t events) override;
  void connected();
  void read();
  void take(std::string_view bytes);
  ssize_t receive(std::vector<char>& to);
  ssize_t write(std::string_view bytes);
  [[nodiscard]] std::string reason() const;
  /// Handles the complete frames in `bytes`; returns the number of bytes handled.
  std::size_t consume(std::string_view bytes);
  void handle(std::uint8_t opcode, std::string_view payload);
  void want_write(bool wanted);
  void end(std::string_view why);

  Loop& loop_;
  Listener& listener_;
  std::size_t index_;
  int fd_ = -1;
  std::optional<TlsLine> tls_;
  State state_ = State::connecting;
  bool wants_write_ = true;
  bool reading_ = false;
  Instant arrived_;
  std::string in_;   // the part of an incomplete frame
  std::string out_;  // bytes that the kernel did not take yet
};

}  // namespace phx::bench
