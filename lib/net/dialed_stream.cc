/// From a name to an open stream, and bytes both ways.

#include "net/dialed_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace phx::net {
namespace {

constexpr std::size_t read_at_once = 65'536;
constexpr int reads_a_round = 8;  // then the rest of the loop has its turn
constexpr std::size_t max_addresses = 8;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

void start(UvHandle<uv_timer_t>& timer, std::uint64_t wait) {
  uv_timer_start(timer.get(), UvHandle<uv_timer_t>::call, wait, 0);
}

}  // namespace

/// libuv may look a name up longer than the stream lives.
struct UvStream::Lookup {
  uv_getaddrinfo_t request{};
  UvStream* stream = nullptr;
};

UvStream::UvStream(uv_loop_t& loop, const Dial& dial, DialUser& user)
    : loop_(loop),
      dial_(dial),
      dialer_(user),
      user_(&user),
      peer_{.address = dial.host, .port = dial.port, .secure = dial.secure},
      give_up_at_(uv_now(&loop) + static_cast<std::uint64_t>(dial.patience.count())) {
  const auto timer = [&](UvHandle<uv_timer_t>& handle, std::function<void()> callback) {
    handle.open([&](uv_timer_t* h) { return uv_timer_init(&loop_, h); }, std::move(callback));
  };
  timer(deadline_, [this] { out_of_time(); });
  timer(end_, [this] { user_->closed(); });
  start(deadline_, static_cast<std::uint64_t>(dial.patience.count()));
  look_up();
}

UvStream::~UvStream() {
  if (lookup_ != nullptr) {
    lookup_->stream = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&lookup_->request));
  }
  close_socket();
}

// --- Opening ------------------------------------------------------------------------------------

void UvStream::look_up() {
  auto lookup = std::make_unique<Lookup>();
  lookup->stream = this;
  lookup->request.data = lookup.get();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  const auto done = [](uv_getaddrinfo_t* request, int status, addrinfo* found) noexcept {
    const std::unique_ptr<Lookup> owned(static_cast<Lookup*>(request->data));
    if (owned->stream != nullptr) owned->stream->looked_up(status, found);
    uv_freeaddrinfo(found);
  };
  const int result = uv_getaddrinfo(&loop_, &lookup->request, done, dial_.host.c_str(),
                                    std::to_string(dial_.port).c_str(), &hints);
  if (result != 0) {
    end("looking up " + dial_.host + ": " + uv_strerror(result));
    return;
  }
  lookup_ = lookup.release();  // libuv's, until it calls back
}

void UvStream::looked_up(int status, const addrinfo* found) {
  lookup_ = nullptr;
  if (stage_ == Stage::ended) return;
  if (status != 0) return end("looking up " + dial_.host + ": " + uv_strerror(status));
  for (; found != nullptr && addresses_.size() < max_addresses; found = found->ai_next) {
    Address address{.bytes = {}, .size = found->ai_addrlen, .family = found->ai_family};
    std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
    addresses_.push_back(address);
  }
  stage_ = Stage::connecting;
  connect_to_next();
}

/// One address after the other: each has its share of the time that is left.
void UvStream::connect_to_next() {
  close_socket();
  while (next_address_ < addresses_.size()) {
    const Address& address = addresses_[next_address_++];
    if (!begin_connecting(address)) {
      last_error_ = std::strerror(errno);
      close_socket();
      continue;
    }
    const std::uint64_t now = uv_now(&loop_);
    const std::uint64_t left = give_up_at_ > now ? give_up_at_ - now : 0;
    start(deadline_, left / (addresses_.size() - next_address_ + 1));
    return;
  }
  end("connecting to " + dial_.host + ":" + std::to_string(dial_.port) + ": " +
      (last_error_.empty() ? "no address" : last_error_));
}

bool UvStream::begin_connecting(const Address& address) {
  socket_ = ::socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::connect(socket_, to, address.size) != 0 && errno != EINPROGRESS) return false;
  std::array<char, NI_MAXHOST> text{};
  ::getnameinfo(to, address.size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  peer_.address = text.data();
  const int opened = poll_.open([&](uv_poll_t* h) { return uv_poll_init(&loop_, h, socket_); },
                                [this] { ready(poll_.what()); });
  watched_ = 0;
  watch();
  return opened == 0;
}

void UvStream::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    last_error_ = std::strerror(error);
    return connect_to_next();
  }
  const std::uint64_t now = uv_now(&loop_);
  start(deadline_, give_up_at_ > now ? give_up_at_ - now : 0);
  if (!dial_.secure) return became(Stage::open);
  try {
    tls_ = std::make_unique<TlsClientSession>(
        TlsClientSession::Options{dial_.host, dial_.verify, dial_.ca_file});
  } catch (const std::exception& unusable) {
    return end(unusable.what());
  }
  became(Stage::shaking_hands);
  shake_hands();
}

void UvStream::became(Stage stage) {
  stage_ = stage;
  watch();
  if (stage != Stage::open) return;
  uv_timer_stop(deadline_.get());
  dialer_.opened();
}

void UvStream::shake_hands() {
  const auto result = tls_->shake_hands();
  encrypted_ += tls_->take_encrypted();
  send_encrypted();
  if (stage_ != Stage::shaking_hands) return;
  if (result == TlsClientSession::Result::good) return became(Stage::open);
  if (result != TlsClientSession::Result::more) end("TLS: " + tls_->error());
}

void UvStream::out_of_time() {
  if (stage_ == Stage::connecting && next_address_ < addresses_.size()) {
    last_error_ = std::strerror(ETIMEDOUT);
    return connect_to_next();
  }
  end(stage_ == Stage::finishing ? "" : "connecting to " + dial_.host + ": no answer in time");
}

// --- Readiness ----------------------------------------------------------------------------------

/// To watch again what is watched already would make libuv forget an event of this round: a program
/// that writes in each would read nothing.
void UvStream::watch() {
  if (!poll_ || stage_ == Stage::ended) return;
  const bool connecting = stage_ == Stage::connecting;
  const bool writes = connecting || wants_to_write_ || !encrypted_.empty();
  const bool reads = !connecting && !paused_;
  const int events = (writes ? UV_WRITABLE : 0) | (reads ? UV_READABLE : 0);
  if (events == std::exchange(watched_, events)) return;
  if (events == 0) {
    uv_poll_stop(poll_.get());
  } else {
    uv_poll_start(poll_.get(), events, UvHandle<uv_poll_t>::call_poll);
  }
}

void UvStream::ready(int events) {
  if (stage_ == Stage::ended) return;
  if (stage_ == Stage::connecting) return connected();
  if ((events & UV_WRITABLE) != 0) {
    send_encrypted();
    shut_down_once_sent();
    const bool room = encrypted_.empty() && std::exchange(wants_to_write_, false);
    watch();
    if (room && stage_ == Stage::open) user_->writable();
  }
  // libuv reports a broken socket with no events at all: reading says what is wrong with it.
  const bool broken = (events & (UV_WRITABLE | UV_READABLE)) == 0;
  if (stage_ != Stage::ended && (broken || (events & UV_READABLE) != 0)) read();
  if (!broken) return;
  watched_ = 0;  // libuv has stopped it
  watch();
}

// --- In -----------------------------------------------------------------------------------------

void UvStream::read() {
  std::array<char, read_at_once> bytes;
  for (int reads = 0; reads < reads_a_round && stage_ != Stage::ended && !paused_; ++reads) {
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && would_block(errno)) return;
    if (size < 0) return end(std::strerror(errno));
    if (size == 0) return end(tls_ && stage_ != Stage::finishing ? "TLS was cut off" : "");
    const std::string_view came(bytes.data(), static_cast<std::size_t>(size));
    if (!(tls_ ? take_encrypted(came) : take(came))) return;
    if (came.size() < bytes.size()) return;
  }
}

/// False: nothing more is read in this round.
bool UvStream::take(std::string_view bytes) {
  if (stage_ == Stage::open) user_->received(bytes);
  return stage_ != Stage::ended;
}

bool UvStream::take_encrypted(std::string_view bytes) {
  tls_->feed(bytes);
  if (stage_ == Stage::shaking_hands) shake_hands();
  while (stage_ == Stage::open || stage_ == Stage::finishing) {
    std::string plain;
    const auto result = tls_->read(plain);
    if (!plain.empty() && !take(plain)) return false;
    encrypted_ += tls_->take_encrypted();  // the answer to a KeyUpdate
    send_encrypted();
    if (stage_ == Stage::ended) return false;
    if (result == TlsClientSession::Result::ended) end("");
    if (result == TlsClientSession::Result::failed) end("TLS: " + tls_->error());
    if (result != TlsClientSession::Result::good) break;
  }
  return stage_ != Stage::ended;
}

void UvStream::pause() {
  paused_ = true;
  watch();
}

void UvStream::resume() {
  paused_ = false;
  watch();
}

Millis UvStream::quiet_for() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (socket_ < 0 || ::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return Millis{info.tcpi_last_data_recv};
}

// --- Out ----------------------------------------------------------------------------------------

std::size_t UvStream::write(std::string_view bytes) {
  if (stage_ != Stage::open) return 0;
  std::size_t taken = 0;
  if (!tls_) {
    taken = send(bytes);
  } else {
    constexpr std::size_t record = 16'384;
    while (taken < bytes.size() && encrypted_.empty() && stage_ == Stage::open) {
      const std::string_view part = bytes.substr(taken, record);
      if (!tls_->write(part)) {
        end("TLS: " + tls_->error());
        break;
      }
      taken += part.size();
      encrypted_ = tls_->take_encrypted();
      send_encrypted();
    }
  }
  if (taken < bytes.size()) wants_to_write_ = true;
  watch();
  return taken;
}

std::size_t UvStream::send(std::string_view bytes) {
  const ssize_t taken = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken >= 0) return static_cast<std::size_t>(taken);
  if (!would_block(errno) && errno != ENOBUFS && errno != ENOMEM) end(std::strerror(errno));
  return 0;
}

void UvStream::send_encrypted() {
  if (encrypted_.empty() || stage_ == Stage::ended) return;
  encrypted_.erase(0, send(encrypted_));
  watch();
}

// --- The end ------------------------------------------------------------------------------------

void UvStream::finish(Millis linger) {
  if (stage_ != Stage::open) return drop();
  if (tls_) {
    tls_->say_goodbye();
    encrypted_ += tls_->take_encrypted();
    send_encrypted();
    if (stage_ == Stage::ended) return;
  }
  stage_ = Stage::finishing;
  shut_down_once_sent();
  resume();
  start(deadline_, static_cast<std::uint64_t>(linger.count()));
}

void UvStream::shut_down_once_sent() const {
  if (stage_ == Stage::finishing && encrypted_.empty()) ::shutdown(socket_, SHUT_WR);
}

void UvStream::close_socket() {
  poll_.close();
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void UvStream::end(const std::string& why) {
  if (stage_ == Stage::ended) return;
  stage_ = Stage::ended;
  failure_ = why;
  close_socket();
  uv_timer_stop(deadline_.get());
  start(end_, 0);
}

}  // namespace phx::net
