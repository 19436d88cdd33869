#pragma once
/// \file
/// The server's side of TLS: its certificate and key, and the terms it offers clients.

#include <array>
#include <memory>
#include <mutex>

#include "net/tls_options.h"

// OpenSSL's SSL_CTX and SSL, whose header stays inside this folder.
struct ssl_ctx_st;
struct ssl_st;

namespace phx {

namespace net {

/// TLS 1.2 or 1.3; HTTP/1.1 is the only protocol negotiated; no renegotiation. Tickets resume
/// sessions on any shard, and none is kept in memory. Any thread. Neither copied nor moved.
class Certificate {
 public:
  /// \throws std::runtime_error that names the invalid file, what was expected and what to set.
  explicit Certificate(TlsOptions options);
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  /// Reads both files again, for clients that connect from now on; open connections keep what they
  /// began with. \throws like the constructor; then nothing has changed.
  void reload();

  /// Configures an OpenSSL context, an `SSL_CTX*`. \throws std::runtime_error like the constructor.
  void configure(ssl_ctx_st* context) const;
  /// Makes it negotiate HTTP/1.1 and nothing else (ALPN, RFC 7301).
  static void offer_http(ssl_ctx_st* context);
  Millis handshake_patience() const { return options_.handshake_patience; }

  /// Gives a session that has just begun the newest certificate. For OpenSSL's callback.
  void choose(ssl_st* session) const noexcept;

 private:
  std::shared_ptr<ssl_ctx_st> make_context() const;

  const TlsOptions options_;
  std::array<unsigned char, 80> ticket_keys_;  ///< A name of 16 bytes, and two keys of 32.
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> newest_;  ///< Null until the first reload.
};

}  // namespace net
}  // namespace phx
