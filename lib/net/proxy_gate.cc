/// Peeks until a header is whole, reads only that, and passes the socket on.

#include "net/proxy_gate.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "net/handles.h"
#include "net/timer.h"

namespace phx::net {

class ProxyGate::Waiting {
 public:
  Waiting(ProxyGate& gate, int socket, Peer proxy)
      : gate_(gate),
        socket_(socket),
        proxy_(std::move(proxy)),
        due_(gate.loop_, [this] { gate_.refuse(*this, "no header came in time"); }) {
    uv_loop_t* uv = &gate.loop_.handles().uv;
    readable_.open([&](uv_poll_t* handle) { return uv_poll_init_socket(uv, handle, socket_); },
                   [this] { look(); });
    uv_poll_start(readable_.get(), UV_READABLE | UV_DISCONNECT, UvHandle<uv_poll_t>::call_poll);
    due_.start(patience);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    readable_.close();  // before the number is reused
    if (socket_ >= 0) ::close(socket_);
  }

  int release() {
    readable_.close();
    return std::exchange(socket_, -1);
  }
  const Peer& proxy() const { return proxy_; }

 private:
  void look() {
    std::array<char, max_proxy_header> bytes;
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return gate_.refuse(*this, "the connection ended");
    const auto result = read_proxy_header({bytes.data(), static_cast<std::size_t>(size)});
    if (std::holds_alternative<ProxyHeaderBroken>(result)) {
      return gate_.refuse(*this, "the bytes are not a header");
    }
    const auto* header = std::get_if<ProxyHeader>(&result);
    if (header == nullptr) {
      if ((readable_.what() & UV_DISCONNECT) != 0) return gate_.refuse(*this, "half a header came");
      return more_than(size);
    }
    static_cast<void>(::recv(socket_, bytes.data(), header->size, MSG_DONTWAIT));
    gate_.pass(*this, header->client.value_or(proxy_));
  }

  /// Peeked bytes stay readable, so poll() would spin: the next peek waits for more than those.
  void more_than(ssize_t size) {
    const int low_water = static_cast<int>(size) + 1;
    setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
  }

  ProxyGate& gate_;
  int socket_;
  const Peer proxy_;
  UvHandle<uv_poll_t> readable_;
  Timer due_;
};

ProxyGate::ProxyGate(Loop& loop, const Log& log, Pass pass)
    : loop_(loop), log_(log), pass_(std::move(pass)) {}

ProxyGate::~ProxyGate() = default;

void ProxyGate::take(int socket, Peer proxy) {
  if (waiting_.size() >= max_waiting) return static_cast<void>(::close(socket));
  waiting_.push_back(std::make_unique<Waiting>(*this, socket, std::move(proxy)));
}

void ProxyGate::clear() { waiting_.clear(); }

int ProxyGate::leave(Waiting& waiting) {
  const int socket = waiting.release();
  waiting_.remove_if([&](const auto& each) { return each.get() == &waiting; });
  return socket;
}

void ProxyGate::pass(Waiting& waiting, Peer peer) {
  refused_ = false;
  const int socket = leave(waiting);
  const int low_water = 1;
  setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
  pass_(socket, std::move(peer));
}

void ProxyGate::refuse(Waiting& waiting, const char* why) {
  if (!std::exchange(refused_, true)) {
    log_.warn("a trusted proxy's connection is closed, because it sent no valid PROXY header",
              {{"proxy", waiting.proxy().address}, {"reason", why}});
  }
  ::close(leave(waiting));
}

}  // namespace phx::net
