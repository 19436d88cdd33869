#pragma once
/// \file
/// The client's side of TLS, in memory: encrypted bytes in and out, plain bytes in and out.

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace phx::net {

/// One session. Loop thread only. Neither copied nor moved.
class TlsClientSession {
 public:
  struct Options {
    std::string host;     ///< Whose certificate it must be: a name or an address.
    bool verify = true;   ///< False trusts any certificate.
    std::string ca_file;  ///< Empty: the system's.
  };
  /// \throws std::runtime_error if OpenSSL or the CA file can't be used.
  explicit TlsClientSession(const Options& options);
  TlsClientSession(const TlsClientSession&) = delete;
  TlsClientSession& operator=(const TlsClientSession&) = delete;
  ~TlsClientSession();

  enum class Result { good, more, ended, failed };

  /// Bytes that the socket gave.
  void feed(std::string_view encrypted);
  /// good: the handshake is over, and the server's certificate is verified; more: it goes on.
  Result shake_hands();
  /// Appends what can be decrypted, up to about 64 kB; good: there may be more.
  Result read(std::string& plain);
  /// Encrypts all of it. False: the session is broken.
  bool write(std::string_view plain);
  void say_goodbye();
  /// Takes out the bytes to write to the socket.
  std::string take_encrypted();
  /// What went wrong: `certificate verify failed: self-signed certificate`.
  std::string error() const { return error_; }

 private:
  Result failed(int result);

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
  BIO* in_ = nullptr;   ///< The session's.
  BIO* out_ = nullptr;  ///< The session's.
  std::string error_;
};

}  // namespace phx::net
