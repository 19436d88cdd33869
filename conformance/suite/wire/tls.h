#pragma once
/// \file
/// The client's half of TLS, between the bytes that are said and those that cross the wire.
///
/// It touches no socket: who has one feeds it what came and sends what it has to send. So a Stream
/// ends, half ends and resets its TCP connection as it does without TLS.

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace phx::conformance {

/// Whose certificates are taken. The system's store decides unless something else is said.
struct Trust {
  bool anyone = false;  ///< Any certificate, of any host.
  std::string ca = {};  ///< A PEM file, in the place of the system's store.
};

struct TlsDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsDeleter>;

/// \throws std::runtime_error for a file that holds no certificate.
TlsContext make_tls_context(const Trust& trust);

/// Why TLS with a server failed, as a sentence. Forgets OpenSSL's errors.
std::string tls_failure(const SSL* session);

class TlsSession {
 public:
  /// A session with this host (a name or an address), which the certificate must be for.
  TlsSession(SSL_CTX* context, const std::string& host);

  /// These bytes came. \return what they say.
  std::string received(std::string_view wire);
  /// Says this; before the handshake is done it waits.
  void write(std::string_view plain);
  /// Says that nothing more will be said: close_notify.
  void finish();
  /// What is to be sent now.
  std::string to_send();

  bool established() const { return SSL_is_init_finished(session_.get()) == 1; }
  /// The server has said that it will say nothing more: close_notify.
  bool peer_finished() const;
  /// What went wrong, as a sentence; empty if nothing did.
  const std::string& error() const { return error_; }

 private:
  void fail();

  std::unique_ptr<SSL, TlsDeleter> session_;
  std::string waiting_;  ///< Said before the handshake was done.
  std::string error_;
};

}  // namespace phx::conformance
