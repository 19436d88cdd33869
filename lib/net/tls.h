#pragma once
/// \file
/// The server's side of TLS: its certificate and key, and the terms it offers clients.

#include <array>

#include "net/tls_options.h"

// OpenSSL's SSL_CTX, whose header stays inside this folder.
struct ssl_ctx_st;

namespace phx {

namespace net {

/// TLS 1.2 or 1.3; HTTP/1.1 is the only protocol negotiated; no renegotiation. Tickets resume
/// sessions on any shard, and none is kept in memory. Const; any thread.
class Certificate {
 public:
  /// \throws std::runtime_error naming the file that is wrong, what was expected and what to set.
  explicit Certificate(TlsOptions options);

  /// Configures an OpenSSL context, an `SSL_CTX*`. \throws std::runtime_error like the constructor.
  void configure(ssl_ctx_st* context) const;
  /// Makes it negotiate HTTP/1.1 and nothing else (ALPN, RFC 7301).
  static void offer_http(ssl_ctx_st* context);
  Millis handshake_patience() const { return options_.handshake_patience; }

 private:
  const TlsOptions options_;
  std::array<unsigned char, 80> ticket_keys_;  ///< A name of 16 bytes, and two keys of 32.
};

}  // namespace net
}  // namespace phx
