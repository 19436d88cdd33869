/// \file
/// One websocket of the load client: connects, upgrades, and hands each text frame to its listener.
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

/// Hears what one or many connections have to say. Must outlive them.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The upgrade was accepted: frames may be sent.
  virtual void opened(Connection&) = 0;
  /// A text frame. `text` lives as long as the call.
  virtual void received(Connection&, std::string_view text) = 0;
  /// The connection has ended after finish(). An end that nobody asked for is a Failure.
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
  /// When the bytes that are being handled were read.
  Instant arrived() const { return arrived_; }

  /// Queues one text frame. What is queued while a frame is handled goes out in one write.
  void send(std::string_view text);
  /// Writes what is queued; needed after a send() from outside of received() and opened().
  void flush();
  /// Says goodbye (1000) and waits for the server to hang up, as RFC 6455 wants it.
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
  /// Handles what is complete in `bytes` and returns how many bytes that was.
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
  std::string in_;   // what came of a frame that is not complete yet
  std::string out_;  // what the kernel would not take yet
};

}  // namespace phx::bench
