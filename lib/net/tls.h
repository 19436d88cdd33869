#pragma once
/// \file
/// What the server shows its TLS clients: its certificate and key, and on which terms it speaks.

#include <array>

#include "net/tls_options.h"

// OpenSSL's SSL_CTX, whose header stays inside this folder.
struct ssl_ctx_st;

namespace phx {

namespace net {

/// TLS 1.2 or 1.3, HTTP/1.1 the one protocol that is agreed on, no renegotiation. Sessions are
/// resumed by tickets, on any shard, and none is kept in memory. Const; any thread.
class Certificate {
 public:
  /// \throws std::runtime_error naming the file that is wrong, what was expected and what to set.
  explicit Certificate(TlsOptions options);

  /// Sets a context of OpenSSL's up; an `SSL_CTX*`. \throws std::runtime_error as the constructor.
  void configure(ssl_ctx_st* context) const;
  /// Has it agree on HTTP/1.1 and nothing else (RFC 7301).
  static void offer_http(ssl_ctx_st* context);
  Millis handshake_patience() const { return options_.handshake_patience; }

 private:
  const TlsOptions options_;
  std::array<unsigned char, 80> ticket_keys_;  ///< A name of 16 bytes, and two keys of 32.
};

}  // namespace net
}  // namespace phx
