#pragma once
/// \file
/// What the server shows its TLS clients: its certificate and key, and on which terms it speaks.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/time.h"

namespace phx {

/// Where the certificate and its key are: files in PEM form.
struct TlsOptions {
  std::string cert;  ///< The server's certificate; behind it those that vouch for it, in order.
  std::string key;   ///< Its private key, not encrypted.
  Millis handshake_patience{10'000};  ///< Whose handshake takes longer is dropped.
};

namespace server {

struct SslDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

/// TLS 1.2 or 1.3, HTTP/1.1 the one protocol that is agreed on, no renegotiation. Sessions are
/// resumed by tickets, and none is kept in memory.
class TlsContext {
 public:
  /// \throws std::runtime_error naming the file that is wrong, what was expected and what to set.
  explicit TlsContext(const TlsOptions& options);

  /// The server's half of a session over this socket, which stays the caller's; null where there is
  /// no memory for one. Any thread.
  SslPtr accept(int socket) const;
  Millis handshake_patience() const { return handshake_patience_; }

 private:
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  const Millis handshake_patience_;
};

}  // namespace server
}  // namespace phx
