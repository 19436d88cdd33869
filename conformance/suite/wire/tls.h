#pragma once
/// \file
/// The client's half of TLS, between plain bytes and those on the wire.
///
/// It touches no socket: the owner passes it received bytes, and sends its output. So a Stream
/// ends, half-closes and resets its TCP connection as it does without TLS.

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace phx::conformance {

/// Which certificates are trusted. By default the system's store decides.
struct Trust {
  bool anyone = false;  ///< Any certificate, of any host.
  std::string ca = {};  ///< A PEM file instead of the system's store.
};

struct TlsDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsDeleter>;

/// \throws std::runtime_error for a file without a certificate.
TlsContext make_tls_context(const Trust& trust);

/// Why TLS with a server failed, as a sentence. Clears OpenSSL's errors.
std::string tls_failure(const SSL* session);

class TlsSession {
 public:
  /// A session with this host (a name or an address), which the certificate must be for.
  TlsSession(SSL_CTX* context, const std::string& host);

  /// Takes received bytes. \return the plain bytes.
  std::string received(std::string_view wire);
  /// Sends plain bytes, after the handshake.
  void write(std::string_view plain);
  /// Sends close_notify.
  void finish();
  /// The bytes to send now.
  std::string to_send();

  bool established() const { return SSL_is_init_finished(session_.get()) == 1; }
  /// The server has sent close_notify.
  bool peer_finished() const;
  /// What went wrong, as a sentence; empty if nothing did.
  const std::string& error() const { return error_; }

 private:
  void fail();

  std::unique_ptr<SSL, TlsDeleter> session_;
  std::string waiting_;  ///< Plain bytes from before the end of the handshake.
  std::string error_;
};

}  // namespace phx::conformance
