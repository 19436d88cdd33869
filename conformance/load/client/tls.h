/// \file
/// TLS over a socket that does not block: the load client's half, and the floor's.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

namespace phx::bench {

/// Shared by sessions: which certificates are trusted, or which one is presented.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// A server's, which presents this certificate. \throws Failure if a file has none.
TlsContext serving_tls(const std::string& cert_file, const std::string& key_file);

/// One session; the socket stays its owner's. Each call is like recv() and send(): -1 with EAGAIN
/// if there is nothing to do now. Reading does the handshake.
class TlsLine {
 public:
  /// The client's half. The certificate must be for `host`, a name or an address.
  TlsLine(SSL_CTX* context, int fd, const std::string& host);
  /// The server's half.
  TlsLine(SSL_CTX* context, int fd);

  /// Reads all available bytes that fit; 0 at the end.
  ssize_t receive(char* to, std::size_t size);
  ssize_t send(const char* from, std::size_t size);

  /// Until then nothing can be sent, and waiting for a writable socket is useless.
  bool established() const { return SSL_is_init_finished(session_.get()) == 1; }
  /// The bytes did not fit: the socket will not report again that it is ready.
  bool has_more() const { return SSL_has_pending(session_.get()) == 1; }
  /// Why a call failed with EPROTO.
  const std::string& error() const { return error_; }

 private:
  struct Release {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  /// Of a call that returned `result`, which is not above 0: 0 at the end, or -1 with errno.
  ssize_t outcome(int result);

  std::unique_ptr<SSL, Release> session_;
  std::string error_;
};

}  // namespace phx::bench
