#pragma once
/// \file
/// One of libwebsockets' contexts on a libuv loop: what reads, writes and encrypts.

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <uv.h>

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "net/cancel_pipe.h"

namespace phx::net {

class Certificate;

/// Loop thread only. Neither copied nor moved.
class LwsContext {
 public:
  /// Its table has a place for `descriptors` numbers beyond the highest that the process uses now.
  /// \throws std::runtime_error that says what is missing on this machine.
  LwsContext(uv_loop_t& loop, std::size_t descriptors);
  LwsContext(const LwsContext&) = delete;
  LwsContext& operator=(const LwsContext&) = delete;

  /// Ends all that are on the loop. REQUIRES: every stream has ended.
  static void end(uv_loop_t& loop, std::span<const std::unique_ptr<LwsContext>> contexts);

  /// Whether its table has a place for this number.
  bool has_place_for(int socket) const { return socket < table_size_; }
  /// The vhost whose connections do not encrypt.
  lws_vhost* plain() const { return plain_; }
  /// The vhost whose connections speak TLS with this certificate. REQUIRES: prepare(certificate).
  lws_vhost* secure(const Certificate& certificate) const { return secure_.at(&certificate); }
  /// \throws OptionError if the certificate can't be used.
  void prepare(const Certificate& certificate);

  /// Called by libwebsockets while it makes a vhost.
  void configure(SSL_CTX* of_vhost) noexcept;

 private:
  lws_context* context_ = nullptr;
  std::optional<CancelPipe> cancel_pipe_;
  long table_size_ = 0;
  lws_vhost* plain_ = nullptr;
  std::map<const Certificate*, lws_vhost*> secure_;
  const Certificate* being_configured_ = nullptr;  ///< While libwebsockets makes a vhost for it.
  SSL_CTX* configured_ = nullptr;                  ///< That vhost's.
  std::exception_ptr refusal_;                     ///< What was wrong with the certificate then.
};

}  // namespace phx::net
