/// Moves records between a TLS socket and a plain one, as fast as the slower side takes them.

#include "server/tls_relay.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace phx::server {
namespace {

constexpr std::size_t record = SSL3_RT_MAX_PLAIN_LENGTH;  // what OpenSSL decrypts at once
constexpr int a_turn = 16;                                // records; then others have theirs
// For each part of the last bytes to be taken by the client: as patient as HttpConnection.
constexpr std::uint64_t flush_ms = 60'000;
// For the client to end his side, too. Who closes a socket with bytes unread breaks what the client
// has not read yet.
constexpr std::uint64_t linger_ms = 5'000;

void watch(UvHandle<uv_poll_t>& poll, int& events, int wanted) {
  if (std::exchange(events, wanted) == wanted) return;  // two system calls saved
  if (wanted == 0) {
    uv_poll_stop(poll.get());
  } else {
    uv_poll_start(poll.get(), wanted, UvHandle<uv_poll_t>::call_poll);
  }
}

bool later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

TlsRelay::TlsRelay(TlsRelayHost& host, const TlsContext& tls, int socket, Client client)
    : host_(host), tls_(tls), socket_(socket), client_(std::move(client)) {}

TlsRelay::~TlsRelay() {
  client_poll_.close();
  plain_poll_.close();
  session_.reset();
  if (plain_ >= 0) ::close(plain_);
  ::close(socket_);
}

bool TlsRelay::start() {
  session_ = tls_.accept(socket_);
  if (session_ == nullptr) return false;
  const auto opened = client_poll_.open(
      [this](uv_poll_t* handle) { return uv_poll_init_socket(host_.loop(), handle, socket_); },
      [this] {
        const bool broken = client_poll_.what() == 0;  // libuv's way of saying so
        broken ? end() : work();
      });
  if (opened != 0) return false;
  patience_.open([this](uv_timer_t* handle) { return uv_timer_init(host_.loop(), handle); },
                 [this] { end(); });
  be_patient(static_cast<std::uint64_t>(tls_.handshake_patience().count()));
  watch(client_poll_, client_events_, UV_READABLE);
  return true;
}

void TlsRelay::work() {
  if (ended_ || (plain_ < 0 && !shake_hands())) return;
  bool moved = true;
  for (int i = 0; i < a_turn && moved && !ended_; ++i) {
    const bool moved_up = up();
    moved = (!ended_ && down()) || moved_up;
  }
  if (ended_) return;
  if (down_.over && (up_.over || hurried_)) return end();
  listen();
}

// --- The handshake ------------------------------------------------------------------------------

bool TlsRelay::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  if (result == 1) return connect_plain_side();
  if (const int wanted = wanted_after(result)) watch(client_poll_, client_events_, wanted);
  return false;
}

bool TlsRelay::connect_plain_side() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
    end();
    return false;
  }
  plain_ = pair[0];
  const auto opened = plain_poll_.open(
      [this](uv_poll_t* handle) { return uv_poll_init_socket(host_.loop(), handle, plain_); },
      [this] { plain_side_stirs(); });
  if (opened != 0) {
    ::close(pair[1]);
    end();
    return false;
  }
  uv_timer_stop(patience_.get());
  client_.scheme = "https";
  client_.quiet_for = [weak = weak_from_this()] {
    const auto relay = weak.lock();
    return relay ? tcp_quiet_for(relay->socket_) : Millis{0};
  };
  host_.secured(pair[1], std::move(client_));
  return !ended_;
}

/// A peer that closes with bytes unread leaves an error behind; what he wrote can still be read.
void TlsRelay::plain_side_stirs() {
  const bool error = plain_poll_.what() == 0;
  if (error) {
    int ignored = 0;
    socklen_t size = sizeof ignored;
    ::getsockopt(plain_, SOL_SOCKET, SO_ERROR, &ignored, &size);  // which clears it
    plain_events_ = 0;                                            // libuv has stopped the poll
  }
  work();
}

// --- From the client to the server --------------------------------------------------------------

/// True: something has moved.
bool TlsRelay::up() {
  if (!up_.blocked() && !up_.no_more_comes) read_client();
  if (ended_) return false;
  if (up_.blocked()) return write_plain();
  if (!up_.no_more_comes || up_.over) return false;
  ::shutdown(plain_, SHUT_WR);
  up_.over = true;
  return true;
}

void TlsRelay::read_client() {
  std::array<char, record> bytes;
  ERR_clear_error();
  const int size = SSL_read(session_.get(), bytes.data(), bytes.size());
  if (size > 0) {
    up_.bytes.assign(bytes.data(), static_cast<std::size_t>(size));
  } else if (SSL_get_error(session_.get(), size) == SSL_ERROR_ZERO_RETURN) {
    up_.no_more_comes = true;
  } else {
    wanted_after(size);
  }
}

bool TlsRelay::write_plain() {
  const ssize_t size = ::send(plain_, up_.bytes.data(), up_.bytes.size(), MSG_NOSIGNAL);
  if (size < 0 && later(errno)) return false;
  // Where nobody listens any more, the client talks on into the void.
  up_.taken(size < 0 ? up_.bytes.size() : static_cast<std::size_t>(size));
  return true;
}

// --- From the server to the client --------------------------------------------------------------

/// True: something has moved.
bool TlsRelay::down() {
  if (!down_.blocked() && !down_.no_more_comes) read_plain();
  if (down_.blocked()) return write_client();
  if (!down_.no_more_comes || down_.over) return false;
  return say_goodbye();
}

void TlsRelay::read_plain() {
  std::array<char, record> bytes;
  const ssize_t size = ::recv(plain_, bytes.data(), bytes.size(), 0);
  if (size > 0) {
    down_.bytes.assign(bytes.data(), static_cast<std::size_t>(size));
  } else if (size == 0 || !later(errno)) {
    down_.no_more_comes = true;
    be_patient(flush_ms);
  }
}

bool TlsRelay::write_client() {
  ERR_clear_error();
  const int size =
      SSL_write(session_.get(), down_.bytes.data(), static_cast<int>(down_.bytes.size()));
  if (size <= 0) {
    wanted_after(size);
    return false;
  }
  down_.taken(static_cast<std::size_t>(size));
  if (down_.no_more_comes) be_patient(flush_ms);
  return true;
}

/// TLS's goodbye, then TCP's.
bool TlsRelay::say_goodbye() {
  ERR_clear_error();
  const int result = SSL_shutdown(session_.get());
  if (result < 0) {
    wanted_after(result);
    return false;
  }
  ::shutdown(socket_, SHUT_WR);
  down_.over = true;
  be_patient(linger_ms);
  return true;
}

// --- Waiting and ending -------------------------------------------------------------------------

/// The event on the client's socket that lets OpenSSL go on; 0 if it can't, and then the relay has
/// ended: the client broke off, or sent what is no TLS.
int TlsRelay::wanted_after(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ: return UV_READABLE;
    case SSL_ERROR_WANT_WRITE: return UV_WRITABLE;
    default: end(); return 0;
  }
}

/// Without renegotiation OpenSSL reads only to read, and writes only to write.
void TlsRelay::listen() {
  const bool goodbye_waits = down_.no_more_comes && !down_.over;
  const bool reads_client = !up_.blocked() && !up_.no_more_comes;
  const bool reads_plain = !down_.blocked() && !down_.no_more_comes;
  watch(client_poll_, client_events_,
        (reads_client ? UV_READABLE : 0) | (down_.blocked() || goodbye_waits ? UV_WRITABLE : 0));
  watch(plain_poll_, plain_events_,
        (reads_plain ? UV_READABLE : 0) | (up_.blocked() ? UV_WRITABLE : 0));
}

void TlsRelay::be_patient(std::uint64_t ms) {
  uv_timer_start(patience_.get(), UvHandle<uv_timer_t>::call, ms, 0);
}

void TlsRelay::hurry() {
  hurried_ = true;
  plain_ < 0 ? end() : work();
}

void TlsRelay::end() {
  if (std::exchange(ended_, true)) return;
  client_poll_.close();
  plain_poll_.close();
  patience_.close();
  host_.finished(*this);
}

}  // namespace phx::server
