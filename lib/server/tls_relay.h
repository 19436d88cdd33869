#pragma once
/// \file
/// One client's TLS session: secret bytes on his side, plain ones on the server's.
///
///     client == TCP, TLS == relay -- socket pair -- HttpConnection, then Connection
///
/// Who serves the client gets one end of a socket pair and need not know of TLS: what he reads has
/// been decrypted, what he writes will be encrypted, and an end of either side reaches the other as
/// an end. In each direction one record (16 kB) is under way at most: nothing is read from one side
/// until the other has taken what was read before. So a slow reader slows down who writes to him.
///
/// libwebsockets has TLS of its own, but would then read the request's head itself, within limits
/// that phoenix.js's auth token breaks.

#include <memory>
#include <string>

#include "server/client.h"
#include "server/tls.h"
#include "server/uv.h"

namespace phx::server {

class TlsRelay;

/// What a relay needs of its shard. Shard thread.
class TlsRelayHost {
 public:
  virtual ~TlsRelayHost() = default;
  virtual uv_loop_t* loop() = 0;
  /// The handshake is done. The host owns `plain`, which is not blocking, and speaks HTTP over it.
  virtual void secured(int plain, Client client) = 0;
  /// The relay is to be destroyed, once nothing of it is on the stack any more.
  virtual void finished(TlsRelay& relay) = 0;
};

/// Shard thread only. Neither copied nor moved.
class TlsRelay final : public std::enable_shared_from_this<TlsRelay> {
 public:
  /// Owns `socket`, which is connected to the client and not blocking.
  TlsRelay(TlsRelayHost& host, const TlsContext& tls, int socket, Client client);
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;
  ~TlsRelay();

  /// Starts the handshake; false where the loop or OpenSSL would not have it.
  bool start();
  /// The server stops: no new session begins, and who has been told all is not waited for.
  void hurry();

 private:
  /// What is under way in one direction.
  struct Lane {
    std::string bytes;           ///< Read and not yet written: a record at most.
    bool no_more_comes = false;  ///< The reading side is at its end.
    bool over = false;           ///< And the writing side has been told.
    bool blocked() const { return !bytes.empty(); }
    /// So many were written. What is whole is freed: an idle connection keeps no buffer.
    void taken(std::size_t size) { size == bytes.size() ? bytes = {} : bytes.erase(0, size); }
  };
  void work();
  bool shake_hands();
  bool connect_plain_side();
  void plain_side_stirs();
  bool up();
  void read_client();
  bool write_plain();
  bool down();
  void read_plain();
  bool write_client();
  bool say_goodbye();
  int wanted_after(int result);
  void be_patient(std::uint64_t ms);
  void listen();
  void end();

  TlsRelayHost& host_;
  const TlsContext& tls_;
  const int socket_;
  Client client_;
  int plain_ = -1;  ///< Our end of the pair, once the handshake is done.
  SslPtr session_;
  Lane up_;    ///< From the client.
  Lane down_;  ///< To the client.
  bool hurried_ = false;
  bool ended_ = false;
  int client_events_ = 0;  ///< What the polls are started for; 0: stopped.
  int plain_events_ = 0;
  UvHandle<uv_poll_t> client_poll_;
  UvHandle<uv_poll_t> plain_poll_;
  UvHandle<uv_timer_t> patience_;
};

}  // namespace phx::server
