#pragma once
/// \file
/// A stream that we opened: a name is looked up, an address connected to, TLS agreed on.
///
/// libwebsockets' own client looks names up while the loop waits, can't check a certificate against
/// an address, and needs a context a loop; so libuv watches the socket, and OpenSSL encrypts in
/// memory. No signal is raised by a connection that breaks, and none is switched off.

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "net/client_loop.h"
#include "net/tls_client.h"
#include "net/uv.h"

namespace phx::net {

class UvStream final : public DialedStream {
 public:
  UvStream(uv_loop_t& loop, const Dial& dial, DialUser& user);
  ~UvStream() override;

  void set_user(StreamUser& user) override { user_ = &user; }
  std::size_t write(std::string_view bytes) override;
  void pause() override;
  void resume() override;
  void finish(Millis linger) override;
  void drop() override { end("dropped"); }
  Millis quiet_for() const override;
  const Peer& peer() const override { return peer_; }
  const std::string& failure() const override { return failure_; }

 private:
  enum class Stage { looking_up, connecting, shaking_hands, open, finishing, ended };
  struct Lookup;
  struct Address {
    sockaddr_storage bytes;
    socklen_t size;
    int family;
  };

  void look_up();
  void looked_up(int status, const addrinfo* found);
  void connect_to_next();
  bool begin_connecting(const Address& address);
  void connected();
  void became(Stage stage);
  void ready(int events);
  void read();
  bool take(std::string_view bytes);
  bool take_encrypted(std::string_view bytes);
  std::size_t send(std::string_view bytes);
  void send_encrypted();
  void shake_hands();
  void watch();
  void shut_down_once_sent() const;
  void close_socket();
  void out_of_time();
  void end(const std::string& why);

  uv_loop_t& loop_;
  const Dial dial_;
  DialUser& dialer_;
  StreamUser* user_;
  Peer peer_;
  Stage stage_ = Stage::looking_up;
  Lookup* lookup_ = nullptr;  ///< libuv's until it has called back.
  std::vector<Address> addresses_;
  std::size_t next_address_ = 0;
  std::string last_error_;  ///< Of the addresses tried so far.
  std::string failure_;

  int socket_ = -1;
  UvHandle<uv_poll_t> poll_;
  int watched_ = 0;  ///< The events that poll_ waits for.
  UvHandle<uv_timer_t> deadline_;
  UvHandle<uv_timer_t> end_;  ///< closed() comes in a round of its own.
  std::uint64_t give_up_at_;
  bool paused_ = false;
  bool wants_to_write_ = false;
  std::unique_ptr<TlsClientSession> tls_;
  std::string encrypted_;  ///< Waits for the socket; at most a few records.
};

}  // namespace phx::net
