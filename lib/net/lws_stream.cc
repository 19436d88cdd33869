/// Bytes between one socket and its user.

#include "net/lws_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace phx::net {

LwsStream::LwsStream(Loop& loop, Peer peer) : peer_(std::move(peer)), loop_(loop) {}

LwsStream::~LwsStream() {
  if (wsi_ == nullptr) return;
  notify_of_key_updates(false);
  lws_set_opaque_user_data(wsi_, nullptr);
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

bool LwsStream::open(lws_vhost* vhost, int socket, std::optional<Millis> handshake) {
  const auto type =
      static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | (handshake ? LWS_ADOPT_ALLOW_SSL : 0));
  lws_sock_file_fd_type descriptor{};
  descriptor.sockfd = socket;
  socket_ = socket;
  lws* adopted = lws_adopt_descriptor_vhost(vhost, type, descriptor, "phoenix", nullptr);
  if (adopted == nullptr) return false;
  wsi_ = adopted;
  lws_set_opaque_user_data(wsi_, this);
  // We set the time limits; libwebsockets would give each TLS connection a few seconds in all.
  lws_set_timeout(wsi_, NO_PENDING_TIMEOUT, 0);
  if (handshake) {
    notify_of_key_updates(true);
    deadline_ = std::make_unique<Timer>(loop_, [this] { handshake_is_due(); });
    deadline_->start(*handshake);
  }
  return true;
}

void LwsStream::set_user(StreamUser& user) { user_ = &user; }

// --- Out ----------------------------------------------------------------------------------------

std::size_t LwsStream::write(std::string_view bytes) {
  if (wsi_ == nullptr || finished_ || dropped_) return 0;
  const std::size_t taken = peer_.secure ? write_secure(bytes) : write_plain(bytes);
  if (taken < bytes.size() && !dropped_) lws_callback_on_writable(wsi_);
  return taken;
}

/// A broken socket is always writable but takes nothing, and its end is never read while reading is
/// paused: a shard that waited for either would spin for ever.
std::size_t LwsStream::write_plain(std::string_view bytes) {
  const ssize_t taken = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken >= 0) return static_cast<std::size_t>(taken);
  const bool full = errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM;
  if (!full) drop();
  return 0;
}

/// If a client has sent half of a KeyUpdate, OpenSSL wants to read first. The rest may never come,
/// and the socket stays writable: a shard that waited for it would spin for ever.
std::size_t LwsStream::write_secure(std::string_view bytes) {
  SSL* session = lws_get_ssl(wsi_);
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    ERR_clear_error();
    std::size_t now = 0;
    const int done = SSL_write_ex(session, bytes.data() + taken, bytes.size() - taken, &now);
    if (done != 1) {
      const int why = SSL_get_error(session, done);
      if (why != SSL_ERROR_WANT_WRITE) drop();
      break;
    }
    taken += now;
  }
  return taken;
}

int LwsStream::writable() {
  if (dropped_) return -1;
  if (user_ != nullptr && !finished_) user_->writable();
  return dropped_ ? -1 : 0;
}

// --- In -----------------------------------------------------------------------------------------

int LwsStream::received(std::string_view bytes) {
  if (dropped_) return -1;
  if (finished_) return 0;
  if (peer_.secure && deadline_) deadline_.reset();
  if (user_ != nullptr) user_->received(bytes);
  return dropped_ ? -1 : 0;
}

// Each lws_rx_flow_control takes the socket out of epoll and puts it back, needed or not.

void LwsStream::pause() {
  if (wsi_ != nullptr && !std::exchange(paused_, true)) lws_rx_flow_control(wsi_, 0);
}

void LwsStream::resume() {
  if (wsi_ != nullptr && std::exchange(paused_, false)) lws_rx_flow_control(wsi_, 1);
}

Millis LwsStream::quiet_for() const {
  if (wsi_ == nullptr) return Millis{0};  // the number may be another descriptor's by now
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Millis{0};
  return Millis{info.tcpi_last_data_recv};
}

// --- KeyUpdates (RFC 8446, 4.6.3) ---------------------------------------------------------------

namespace {

int index_of_streams() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

void LwsStream::watch_key_updates(SSL_CTX* context) {
  SSL_CTX_set_msg_callback(context, [](int written, int, int type, const void* bytes,
                                       std::size_t size, SSL* session, void*) noexcept {
    const bool read = written == 0 && type == SSL3_RT_HANDSHAKE && size > 0;
    if (!read || *static_cast<const unsigned char*>(bytes) != SSL3_MT_KEY_UPDATE) return;
    auto* stream = static_cast<LwsStream*>(SSL_get_ex_data(session, index_of_streams()));
    if (stream != nullptr) stream->key_updated();
  });
}

void LwsStream::notify_of_key_updates(bool wanted) {
  SSL* session = peer_.secure ? lws_get_ssl(wsi_) : nullptr;
  if (session != nullptr) SSL_set_ex_data(session, index_of_streams(), wanted ? this : nullptr);
}

/// While it reads, OpenSSL answers each one that asks for an answer. A client that does not read
/// the answers would keep the shard spinning: readable for ever, with nothing read.
void LwsStream::key_updated() {
  constexpr std::uint16_t max_key_updates = 1'000;  // a key is good for millions of records
  if (++key_updates_ > max_key_updates) drop();
}

// --- The end ------------------------------------------------------------------------------------

void LwsStream::finish(Millis linger) {
  if (wsi_ == nullptr || std::exchange(finished_, true)) return;
  if (peer_.secure) send_close_notify();
  ::shutdown(socket_, SHUT_WR);
  resume();  // to see the client's own end
  deadline_ = std::make_unique<Timer>(loop_, [this] { drop(); });
  deadline_->start(linger);
}

/// Sends close_notify, without which a client can't tell an end from a truncation.
void LwsStream::send_close_notify() {
  SSL* session = lws_get_ssl(wsi_);
  if (session == nullptr || SSL_is_init_finished(session) != 1) return;
  ERR_clear_error();
  SSL_shutdown(session);
}

/// libwebsockets closes from its own callback: this asks for one.
void LwsStream::drop() {
  if (wsi_ == nullptr || std::exchange(dropped_, true)) return;
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
  lws_cancel_service_pt(wsi_);
}

void LwsStream::handshake_is_due() {
  const SSL* session = wsi_ == nullptr ? nullptr : lws_get_ssl(wsi_);
  if (session != nullptr && SSL_is_init_finished(session)) {
    lws_set_timeout(wsi_, NO_PENDING_TIMEOUT, 0);
  } else {
    drop();
  }
}

/// libwebsockets reports that it closes the socket while it is still open.
void LwsStream::gone() {
  if (peer_.secure && !finished_ && !dropped_) send_close_notify();
  notify_of_key_updates(false);
  wsi_ = nullptr;
  deadline_.reset();
  if (user_ != nullptr) user_->closed();
}

}  // namespace phx::net
