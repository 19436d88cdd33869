#pragma once
/// \file
/// A stream over a socket that libwebsockets watches, in its raw role: bytes, plain or TLS.
///
/// libwebsockets accepts the TLS session, reads, and reports when the socket is ready. Writes go
/// straight to the socket or to the session, so no uncounted copy waits anywhere.

#include <libwebsockets.h>

#include <memory>
#include <optional>

#include "net/stream.h"
#include "net/timer.h"

namespace phx::net {

class LwsStream final : public Stream {
 public:
  LwsStream(Loop& loop, Peer peer);
  ~LwsStream() override;

  /// Hands the socket to libwebsockets. `handshake` limits a TLS handshake; nothing for plain TCP.
  /// False if the socket can't be watched; it is then closed.
  bool open(lws_vhost* vhost, int socket, std::optional<Millis> handshake);

  void set_user(StreamUser& user) override;
  std::size_t write(std::string_view bytes) override;
  void pause() override;
  void resume() override;
  void finish(Millis linger) override;
  void drop() override;
  Millis quiet_for() const override;
  const Peer& peer() const override { return peer_; }
  void set_client_address(std::string address) override { peer_.address = std::move(address); }
  std::uint64_t bytes_sent() const override;

  // Events from libwebsockets. Its callback returns the results: -1 closes.
  int received(std::string_view bytes);
  int writable();
  void gone();

  /// Makes a context's sessions notify their streams of KeyUpdates.
  static void watch_key_updates(SSL_CTX* context);

 private:
  std::size_t write_plain(std::string_view bytes);
  std::size_t write_secure(std::string_view bytes);
  void handshake_is_due();
  void send_close_notify();
  void key_updated();
  void notify_of_key_updates(bool wanted);

  Peer peer_;
  lws* wsi_ = nullptr;  ///< Null once the connection has ended.
  int socket_ = -1;     ///< libwebsockets' own.
  StreamUser* user_ = nullptr;
  bool paused_ = false;
  bool finished_ = false;
  bool dropped_ = false;
  std::uint16_t key_updates_ = 0;  ///< Received from the client.
  Loop& loop_;
  std::unique_ptr<Timer> deadline_;  ///< For the handshake, then for the client's own end.
};

}  // namespace phx::net
