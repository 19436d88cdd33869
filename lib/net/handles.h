#pragma once
/// \file
/// What a loop is made of, for the files of this folder alone.

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <uv.h>

#include <functional>
#include <map>

#include "net/loop.h"
#include "net/uv.h"

namespace phx::net {

struct Loop::Handles {
  Handles();
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles();

  /// The vhost whose connections speak TLS with this certificate; made when it is first wanted.
  lws_vhost* secure_vhost(const Certificate& certificate);

  uv_loop_t uv{};
  lws_context* context = nullptr;
  lws_vhost* plain_vhost = nullptr;
  std::map<const Certificate*, lws_vhost*> secure_vhosts;
  const Certificate* being_configured = nullptr;  ///< While libwebsockets makes a vhost for it.
  SSL_CTX* configured = nullptr;                  ///< That vhost's.
  std::function<void()> round;
  UvHandle<uv_check_t> after_input;
  UvHandle<uv_async_t> waker;
  UvHandle<uv_idle_t> idle;
};

}  // namespace phx::net
