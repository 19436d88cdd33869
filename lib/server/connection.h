#pragma once
/// \file
/// One open websocket: what libwebsockets reports of it, and what goes down to its client.
///
/// Between libwebsockets and the transport process. Shard thread only.

#include <libwebsockets.h>

#include <boost/intrusive/list.hpp>
#include <memory>
#include <optional>
#include <string>

#include "process/scheduler.h"
#include "server/client.h"
#include "telemetry/limits.h"
#include "transport/websocket.h"
#include "websocket/deflate.h"
#include "websocket/outbox.h"

namespace phx::server {

class Connection;

/// What a connection needs of its shard.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual process::Scheduler& scheduler() = 0;
  /// Compresses for all the connections of the shard.
  virtual websocket::Deflater& deflater() = 0;
  /// The connection has something to write: flush() it at the end of this turn of the loop.
  virtual void dirty(Connection& connection) = 0;
  /// Where frames are put together for a write. Nobody's from one write to the next.
  virtual std::string& writing_space() = 0;
  /// The connection's client has said something: rest() is to be tried as long as it is listed.
  virtual void awake(Connection& connection) = 0;
  /// The most bytes that may wait for one client.
  virtual std::size_t outbox_limit() const = 0;
  /// How long a closing connection's client has for the last bytes. libwebsockets counts in
  /// seconds.
  virtual Millis farewell() const = 0;
  virtual const telemetry::Telemetry& telemetry() const = 0;
  /// A client went over one of its limits.
  virtual void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) = 0;
};

/// What one client may send.
struct MessageLimits {
  std::size_t size;  ///< Bytes of a message, put together.
  std::optional<socket::MessageRate> rate = {};
};

/// A place on the list of those who do not rest; it is left where the connection goes.
using AwakeHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class Connection final : public transport::Wire,
                         public std::enable_shared_from_this<Connection>,
                         public AwakeHook {
 public:
  Connection(ConnectionHost& host, Client client, const MessageLimits& limits,
             const std::optional<websocket::Deflate>& deflate);

  /// The process that this connection's frames are for.
  void serve(process::Pid process) { process_ = process; }

  // What the transport process asks for.
  void send(serializer::FramePtr frame) override;
  void close(socket::CloseCode code) override;
  Millis quiet_for() const override;

  // What libwebsockets reports; the results are what its callback returns (-1 closes).
  void established(lws* wsi);
  int received(lws* wsi, std::string_view bytes);
  int writable();
  int peer_closes(std::string_view code_and_reason);
  void gone();

  /// Written soon: what a write reads may come near meanwhile. First the connection's own memory,
  void come_near() const {
    __builtin_prefetch(&wsi_);
    __builtin_prefetch(&outbox_);
  }
  /// then libwebsockets'.
  void come_nearer() const { __builtin_prefetch(wsi_); }

  /// Writes what waits, as far as the socket takes it.
  void flush();

  /// Gives the receive buffer back to the system, and leaves the list of the awake; but not where
  /// the client has said something since this was last tried, or is in the middle of it.
  void rest();

 private:
  /// Of a connection that speaks permessage-deflate.
  struct Compression {
    explicit Compression(const websocket::Deflate& agreed)
        : window_bits(agreed.server_window_bits), inflater(agreed.client_takes_over) {}
    const int window_bits;
    websocket::Inflater inflater;
    // Of what is coming in:
    bool message_is_compressed = false;
    bool in_message = false;
    bool in_frame = false;
  };
  using Trouble = std::optional<socket::CloseCode>;

  Trouble accept(lws* wsi, std::string_view bytes);
  Trouble accept_plain(lws* wsi, std::string_view bytes);
  Trouble accept_compressed(lws* wsi, std::string_view bytes);
  static bool message_ends(lws* wsi);
  void refuse(socket::CloseCode code);
  void finish(unsigned code);
  void end_in(int seconds);
  void to_be_flushed();
  bool write(std::string_view bytes);
  /// Bytes that the socket has not taken, ours and libwebsockets'.
  std::size_t unsent() const;
  void drop_slow_reader();
  void limit_last_words();

  ConnectionHost& host_;
  const Client client_;
  const std::size_t max_frame_size_;
  std::unique_ptr<socket::RateLimit> rate_;  ///< Nothing where there is no limit.
  lws* wsi_ = nullptr;
  void* receive_buffer_ = nullptr;  ///< libwebsockets' own: see ReceiveBuffers.
  int socket_ = -1;                 ///< libwebsockets' own, too.
  process::Pid process_;
  std::string message_;  ///< The pieces of a message so far: at most max_frame_size_ bytes.
  websocket::Outbox outbox_;
  std::size_t held_back_ = 0;  ///< Bytes that libwebsockets was given when it last held any back.
  const std::unique_ptr<Compression> compression_;  ///< Nothing where none was agreed on.
  bool dirty_ = false;    ///< On the shard's list for the end of this turn.
  bool heard_ = false;    ///< Since rest() was last tried.
  bool limited_ = false;  ///< The last words have a time limit.
  bool closing_ = false;  ///< Nothing more goes in or out but what the outbox holds.
};

}  // namespace phx::server
