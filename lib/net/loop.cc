/// libuv's loop, libwebsockets' context on it, and the one switch over its events.

#include "net/loop.h"

#include <unistd.h>

#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/check.h"
#include "net/cancel_pipe.h"
#include "net/descriptor_ceiling.h"
#include "net/handles.h"
#include "net/low_numbers_taken.h"
#include "net/lws_stream.h"
#include "net/tls.h"

namespace phx::net {
namespace {

constexpr int read_at_once = 65'536;  // one buffer per context
constexpr int a_day = 86'400;         // libwebsockets' own time-outs; ours come long before

// libwebsockets' lifetime timers sit in one sorted list that each message would walk. A policy of
// zeros switches them off.
const lws_retry_bo_t no_timers{};

int event(lws* wsi, lws_callback_reasons why, void* in, std::size_t size) {
  auto* stream = static_cast<LwsStream*>(lws_get_opaque_user_data(wsi));
  switch (why) {
    case LWS_CALLBACK_RAW_RX:
      return stream == nullptr ? -1 : stream->received({static_cast<const char*>(in), size});
    case LWS_CALLBACK_RAW_WRITEABLE: return stream == nullptr ? -1 : stream->writable();
    case LWS_CALLBACK_RAW_CLOSE:
      if (stream != nullptr) stream->gone();
      return 0;
    default: return 0;
  }
}

int on_event(lws* wsi, lws_callback_reasons why, void* user, void* in, std::size_t size) noexcept
    try {
  if (why == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    auto* handles = static_cast<Loop::Handles*>(lws_context_user(lws_get_context(wsi)));
    if (handles->being_configured != nullptr) handles->configure(static_cast<SSL_CTX*>(user));
    return 0;
  }
  return event(wsi, why, in, size);
} catch (...) {
  return -1;  // nothing may be thrown through C frames
}

const lws_protocols protocols[] = {{"phoenix", on_event, 0, 0, 0, nullptr, 0},
                                   {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

lws_context_creation_info vhost_info(const char* name) {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info.protocols = protocols;
  info.retry_and_idle_policy = &no_timers;
  info.vhost_name = name;
  return info;
}

/// Held while a context or a vhost is made or destroyed. libwebsockets then loads or unloads its
/// event library, in tables without a lock: two servers of one program that start or stop on
/// different threads would race.
std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

/// Sets OpenSSL up for all contexts of the program. Each time libwebsockets does so, it takes two
/// indices that OpenSSL never frees, and each TLS session has room for every index: a server that
/// starts a thousand times would grow.
void set_up_tls_once() {
  static const bool done = [] {
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    lws_context_destroy(lws_create_context(&info));
    return true;
  }();
  static_cast<void>(done);
}

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

  const std::lock_guard lock(one_at_a_time());
  // libwebsockets logs into one buffer that all threads share, a line for each adoption.
  lws_set_log_level(0, nullptr);
  set_up_tls_once();
  void* loops[] = {&uv};
  lws_context_creation_info info = vhost_info(nullptr);
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = loops;
  info.pt_serv_buf_size = read_at_once;
  info.timeout_secs = a_day;
  info.user = this;
  {
    const LowNumbersTaken high_numbers;
    const DescriptorCeiling short_table(descriptors);
    table_size = ::sysconf(_SC_OPEN_MAX);
    context = lws_create_context(&info);
  }
  if (context == nullptr) {
    throw std::runtime_error(
        "libwebsockets could not start on libuv: is the package libwebsockets-evlib-uv installed?");
  }
  info = vhost_info("plain");
  plain_vhost = lws_create_vhost(context, &info);
  if (plain_vhost == nullptr) throw std::runtime_error("libwebsockets could not make its vhost");
}

/// Keeps the error: libwebsockets would make the vhost anyway, and no handshake would succeed.
void Loop::Handles::configure(SSL_CTX* of_vhost) noexcept try {
  configured = of_vhost;
  being_configured->configure(of_vhost);
} catch (...) {
  refusal = std::current_exception();
}

lws_vhost* Loop::Handles::make_secure_vhost(const Certificate& certificate) {
  const std::lock_guard lock(one_at_a_time());
  lws_context_creation_info info = vhost_info("secure");
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
  being_configured = &certificate;
  lws_vhost* vhost = lws_create_vhost(context, &info);
  being_configured = nullptr;
  if (refusal) std::rethrow_exception(std::exchange(refusal, nullptr));
  if (vhost == nullptr) throw std::runtime_error("libwebsockets could not make a vhost for TLS");
  Certificate::offer_http(configured);  // replaces libwebsockets' own, which takes any client
  return vhost;
}

Loop::Handles::~Handles() {
  after_input.close();
  waker.close();
  idle.close();
  const std::lock_guard lock(one_at_a_time());
  CancelPipe cancel_pipe(uv);
  // With a foreign loop this takes two calls, and turns of the loop in between.
  lws_context_destroy(context);
  cancel_pipe.keep_place();
  while (uv_run(&uv, UV_RUN_NOWAIT) != 0) {
  }
  lws_context_destroy(context);
  cancel_pipe.close_if_left();
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

void Loop::prepare(const Certificate& certificate) {
  lws_vhost*& vhost = handles_->secure_vhosts[&certificate];
  if (vhost == nullptr) vhost = handles_->make_secure_vhost(certificate);
}

std::unique_ptr<Stream> Loop::adopt(int socket, Peer peer, const Certificate* certificate) {
  if (socket >= handles_->table_size) {  // libwebsockets would neither take it nor close it
    ::close(socket);
    return nullptr;
  }
  peer.secure = certificate != nullptr;
  auto stream = std::make_unique<LwsStream>(*this, std::move(peer));
  const bool secure = certificate != nullptr;
  lws_vhost* vhost = secure ? handles_->secure_vhosts.at(certificate) : handles_->plain_vhost;
  const auto handshake = secure ? std::optional(certificate->handshake_patience()) : std::nullopt;
  if (!stream->open(vhost, socket, handshake)) return nullptr;
  return stream;
}

}  // namespace phx::net
