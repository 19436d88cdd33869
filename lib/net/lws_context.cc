/// The context, its vhosts, and the one switch over libwebsockets' events.

#include "net/lws_context.h"

#include <unistd.h>

#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "net/descriptor_ceiling.h"
#include "net/low_numbers_taken.h"
#include "net/lws_stream.h"
#include "net/tls.h"

namespace phx::net {
namespace {

constexpr int buffer_size = 65'536;  // one buffer per context
constexpr int a_day = 86'400;        // libwebsockets' own time-outs; ours come long before

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
    static_cast<LwsContext*>(lws_context_user(lws_get_context(wsi)))
        ->configure(static_cast<SSL_CTX*>(user));
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

LwsContext::LwsContext(uv_loop_t& loop, std::size_t descriptors) {
  const std::lock_guard lock(one_at_a_time());
  // libwebsockets logs into one buffer that all threads share, a line for each adoption.
  lws_set_log_level(0, nullptr);
  set_up_tls_once();
  void* loops[] = {&loop};
  lws_context_creation_info info = vhost_info(nullptr);
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = loops;
  info.pt_serv_buf_size = buffer_size;
  info.timeout_secs = a_day;
  info.user = this;
  {
    const LowNumbersTaken high_numbers;
    const DescriptorCeiling short_table(descriptors);
    table_size_ = ::sysconf(_SC_OPEN_MAX);
    context_ = lws_create_context(&info);
  }
  if (context_ == nullptr) {
    throw std::runtime_error(
        "libwebsockets could not start on libuv: is the package libwebsockets-evlib-uv installed?");
  }
  cancel_pipe_.emplace(loop);
  info = vhost_info("plain");
  plain_ = lws_create_vhost(context_, &info);
  if (plain_ == nullptr) throw std::runtime_error("libwebsockets could not make its vhost");
}

/// Keeps the error: libwebsockets would make the vhost anyway, and no handshake would succeed.
void LwsContext::configure(SSL_CTX* of_vhost) noexcept try {
  if (being_configured_ == nullptr) return;
  configured_ = of_vhost;
  being_configured_->configure(of_vhost);
} catch (...) {
  refusal_ = std::current_exception();
}

void LwsContext::prepare(const Certificate& certificate) {
  lws_vhost*& vhost = secure_[&certificate];
  if (vhost != nullptr) return;
  const std::lock_guard lock(one_at_a_time());
  lws_context_creation_info info = vhost_info("secure");
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
  being_configured_ = &certificate;
  vhost = lws_create_vhost(context_, &info);
  being_configured_ = nullptr;
  if (refusal_) std::rethrow_exception(std::exchange(refusal_, nullptr));
  if (vhost == nullptr) throw std::runtime_error("libwebsockets could not make a vhost for TLS");
  Certificate::offer_http(configured_);  // replaces libwebsockets' own, which takes any client
}

/// With a foreign loop each takes two calls, and turns of the loop in between, which go on for as
/// long as any context is left on it.
void LwsContext::end(uv_loop_t& loop, std::span<const std::unique_ptr<LwsContext>> contexts) {
  const std::lock_guard lock(one_at_a_time());
  for (const auto& one : contexts) {
    one->cancel_pipe_->is_about_to_close();
    lws_context_destroy(one->context_);
    one->cancel_pipe_->keep_place();
  }
  while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
  }
  for (const auto& one : contexts) {
    lws_context_destroy(one->context_);
    one->cancel_pipe_->close_if_left();
  }
}

}  // namespace phx::net
