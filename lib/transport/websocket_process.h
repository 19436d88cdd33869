#pragma once
/// \file
/// The process of one websocket: it sends the client's frames down the wire.

#include <memory>
#include <string>

#include "base/network.h"
#include "process/timers.h"
#include "socket/socket_process.h"
#include "transport/pipeline.h"

namespace phx::transport {

//! [wire]
/// Sends to one client, whatever carries the bytes. Shard thread only.
class Wire {
 public:
  virtual ~Wire() = default;
  /// Sends soon, after what was sent before. Too much unsent closes the connection; after that it
  /// does nothing.
  virtual void send(serializer::FramePtr frame) = 0;
  /// The same for a frame that no other client gets. The draft is used up.
  virtual void send_own(serializer::Draft& draft) {
    send(std::make_shared<const serializer::Frame>(draft.finished()));
  }
  /// Sends a close frame after what was sent before, and closes; only once.
  virtual void close(socket::CloseCode code) = 0;
  /// Answers the client's close, after what was sent before. Code 0 means no code.
  virtual void answer_close(unsigned code) = 0;
  /// Answers a ping, after what was sent before.
  virtual void pong(std::string payload) = 0;
  /// Time since the client's last byte; a ping, a pong or part of a frame counts, too.
  virtual Millis quiet_for() const = 0;
  /// The client's address.
  virtual const std::string& peer() const = 0;
  /// How many bytes of memory may wait for the client,
  virtual std::size_t unsent_limit() const = 0;
  /// and how many do.
  virtual std::size_t unsent() const = 0;
};
//! [wire]

/// The client has sent a close frame, or has broken the protocol or a limit. What it sent before
/// has been passed on, and is answered first.
struct ClientCloses {
  unsigned code;  ///< For our close frame.
};
/// The client has sent a ping after messages that have not been answered.
struct ClientPings {
  std::string payload;
};
inline std::size_t heap_bytes(const ClientPings& ping) { return ping.payload.size(); }

class WebsocketProcess final : public socket::SocketProcess {
 public:
  /// `user` outlives the process. Closes after `timeout` without a byte from the client.
  WebsocketProcess(const UserSocket& user, Socket socket, std::shared_ptr<Wire> wire,
                   Millis timeout);

  std::string network() const override { return network_of(wire_->peer()); }
  std::string_view kind() const override { return "websocket"; }
  std::size_t unsent_bytes() const override { return wire_->unsent(); }

 protected:
  void init() override;
  void handle(process::Message message) override;
  /// A frame for the client, with no other before it.
  bool take_at_once(process::Offer offer) override {
    if (auto* push = offer.get_if<channel::SocketPush>()) {
      deliver(std::move(push->frame));
    } else if (auto* own = offer.get_if<serializer::Draft>()) {
      wire_->send_own(*own);
    } else {
      return false;
    }
    return true;
  }
  void deliver(serializer::FramePtr frame) override { wire_->send(std::move(frame)); }
  void close(socket::CloseCode code) override { wire_->close(code); }
  /// However it ended, an exit signal included, its client must not wait for it.
  void buried() override { wire_->close(socket::CloseCode::internal_error); }
  std::size_t joined_limit() const override { return wire_->unsent_limit(); }

 private:
  void check_idle();

  using BriefMillis = std::chrono::duration<std::uint32_t, std::milli>;
  const BriefMillis timeout_;  ///< First, as its base's last four bytes are free.
  const std::shared_ptr<Wire> wire_;
  process::Alarm idle_;
};

}  // namespace phx::transport
