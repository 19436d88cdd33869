#pragma once
/// \file
/// The process of one websocket: what its handler says goes down the wire, frame by frame.

#include <memory>
#include <string>

#include "process/timers.h"
#include "socket/handler.h"
#include "transport/pipeline.h"

namespace phx::transport {

//! [wire]
/// The way down to one client, whatever carries it. Shard thread only.
class Wire {
 public:
  virtual ~Wire() = default;
  /// Sends soon, after what was sent before; too much unsent closes the connection. After the
  /// connection has closed it does nothing.
  virtual void send(serializer::FramePtr frame) = 0;
  /// Sends a close frame after what was sent before, and closes.
  virtual void close(socket::CloseCode code) = 0;
  /// Answers the client's own close, after what was sent before; a code of 0 is none.
  virtual void answer_close(unsigned code) = 0;
  /// Answers a ping, after what was sent before.
  virtual void pong(std::string payload) = 0;
  /// How long ago the client's last byte came: of a ping, a pong or part of a frame, too.
  virtual Millis quiet_for() const = 0;
};
//! [wire]

/// The client has sent a close frame, or has broken the protocol or a limit. What it sent before
/// has been passed on, and is answered first.
struct ClientCloses {
  unsigned code;  ///< That of our close frame.
};
/// The client has sent a ping behind messages that have not been answered.
struct ClientPings {
  std::string payload;
};
inline std::size_t heap_bytes(const ClientPings& ping) { return ping.payload.size(); }

class Websocket final : public socket::Handler {
 public:
  /// `user` is kept alive by the process. Without a byte from the client for `timeout` it is
  /// closed.
  Websocket(std::shared_ptr<const UserSocket> user, Socket socket, std::shared_ptr<Wire> wire,
            Millis timeout);

 protected:
  void init() override;
  void handle(process::Message message) override;
  void deliver(serializer::FramePtr frame) override { wire_->send(std::move(frame)); }
  void close(socket::CloseCode code) override { wire_->close(code); }

 private:
  void look_whether_idle();

  const std::shared_ptr<const UserSocket> user_;
  const std::shared_ptr<Wire> wire_;
  const Millis timeout_;
  process::Alarm idle_;
};

}  // namespace phx::transport
