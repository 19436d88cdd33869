#pragma once
/// \file
/// A loop's handles, for the files of this folder only.

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <uv.h>

#include <exception>
#include <functional>
#include <map>

#include "net/loop.h"
#include "net/uv.h"

namespace phx::net {

struct Loop::Handles {
  explicit Handles(std::size_t descriptors);
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles();

  void configure(SSL_CTX* of_vhost) noexcept;
  /// The vhost whose connections speak TLS with this certificate.
  lws_vhost* make_secure_vhost(const Certificate& certificate);

  uv_loop_t uv{};
  lws_context* context = nullptr;
  long table_size = 0;  ///< Descriptors with lower numbers can be watched.
  lws_vhost* plain_vhost = nullptr;
  std::map<const Certificate*, lws_vhost*> secure_vhosts;
  const Certificate* being_configured = nullptr;  ///< While libwebsockets makes a vhost for it.
  SSL_CTX* configured = nullptr;                  ///< That vhost's.
  std::exception_ptr refusal;                     ///< What was wrong with the certificate then.
  std::function<void()> round;
  UvHandle<uv_check_t> after_input;
  UvHandle<uv_async_t> waker;
  UvHandle<uv_idle_t> idle;
};

}  // namespace phx::net
