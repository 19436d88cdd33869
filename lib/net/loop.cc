/// libuv's loop, and libwebsockets' contexts on it.

#include "net/loop.h"

#include <unistd.h>

#include <array>
#include <optional>
#include <utility>

#include "base/check.h"
#include "net/handles.h"
#include "net/lws_stream.h"
#include "net/tls.h"

namespace phx::net {
namespace {

/// How many numbers the tables of the first contexts have places for. libwebsockets 4.1 reads a
/// whole table, and a field of each connection in it, when a plain connection closes. The kernel
/// gives out the lowest number that is free, so a server pays for no larger table than it needs,
/// and connections that come and go beside many idle ones often are in a small one.
constexpr std::array<std::size_t, 2> low_numbers{128, 1'024};

}  // namespace

// --- Making it ----------------------------------------------------------------------------------

Loop::Handles::Handles(std::size_t descriptors) {
  check(uv_loop_init(&uv) == 0, "a loop can be made");
  after_input.open([this](uv_check_t* h) { return uv_check_init(&uv, h); },
                   [this] {
                     if (round) round();
                   });
  uv_check_start(after_input.get(), UvHandle<uv_check_t>::call);
  idle.open([this](uv_idle_t* h) { return uv_idle_init(&uv, h); }, [] {});
  waker.open([this](uv_async_t* h) { return uv_async_init(&uv, h, UvHandle<uv_async_t>::call); },
             [] {});  // the check handle does the work

  for (const std::size_t numbers : low_numbers) {
    if (descriptors > numbers) contexts.push_back(std::make_unique<LwsContext>(uv, numbers));
  }
  contexts.push_back(std::make_unique<LwsContext>(uv, descriptors));
}

Loop::Handles::~Handles() {
  after_input.close();
  waker.close();
  idle.close();
  LwsContext::end(uv, contexts);
  uv_run(&uv, UV_RUN_DEFAULT);  // the handles' close callbacks
  uv_loop_close(&uv);
}

Loop::Loop(std::size_t descriptors) : handles_(std::make_unique<Handles>(descriptors)) {}
Loop::~Loop() = default;

// --- Running it ---------------------------------------------------------------------------------

void Loop::on_round(std::function<void()> callback) { handles_->round = std::move(callback); }
Clock::time_point Loop::now() const { return Clock::time_point(Millis(uv_now(&handles_->uv))); }
void Loop::run() { uv_run(&handles_->uv, UV_RUN_DEFAULT); }
void Loop::stop() { uv_stop(&handles_->uv); }
void Loop::wake() { uv_async_send(handles_->waker.get()); }

void Loop::busy(bool is_busy) {
  if (is_busy) {
    uv_idle_start(handles_->idle.get(), UvHandle<uv_idle_t>::call);
  } else {
    uv_idle_stop(handles_->idle.get());
  }
}

/// Connections with TLS are the last context's: libwebsockets does not read its table for them.
void Loop::prepare(const Certificate& certificate) {
  handles_->contexts.back()->prepare(certificate);
}

std::unique_ptr<Stream> Loop::adopt(int socket, Peer peer, const Certificate* certificate) {
  const auto& contexts = handles_->contexts;
  const bool secure = certificate != nullptr;
  auto smallest = secure ? contexts.end() - 1 : contexts.begin();
  while (smallest != contexts.end() - 1 && !(*smallest)->has_place_for(socket)) ++smallest;
  const LwsContext& context = **smallest;
  if (!context.has_place_for(socket)) {  // libwebsockets would neither take it nor close it
    ::close(socket);
    return nullptr;
  }
  peer.secure = secure;
  auto stream = std::make_unique<LwsStream>(*this, std::move(peer));
  lws_vhost* vhost = secure ? context.secure(*certificate) : context.plain();
  const auto handshake = secure ? std::optional(certificate->handshake_patience()) : std::nullopt;
  if (!stream->open(vhost, socket, handshake)) return nullptr;
  return stream;
}

}  // namespace phx::net
