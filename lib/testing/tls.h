#pragma once
/// \file
/// TLS for tests: a certificate made for the test, and a blocking client.

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace phx::testing {

/// A folder with `cert.pem` and `key.pem`, good for 127.0.0.1 and gone with this value.
class Certificate {
 public:
  Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate();

  std::string cert() const { return folder_ / "cert.pem"; }
  std::string key() const { return folder_ / "key.pem"; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// A TCP connection to 127.0.0.1 that never waits longer than five seconds.
class TcpClient {
 public:
  /// A `window` of 0 leaves the size of the receive buffer to the kernel. \throws Failure
  explicit TcpClient(std::uint16_t port, int window = 0);
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;
  ~TcpClient();

  int socket() const { return socket_; }
  void write(std::string_view bytes) const;
  void finish() const;  ///< Sends FIN.
  void reset();         ///< Sends RST, and is closed.
  /// The bytes that have come, from one to `most`; empty at the end. \throws Failure if none come
  /// in time.
  std::string read(std::size_t most) const;
  /// All remaining bytes. \throws Failure if the connection does not end in time.
  std::string rest() const;

 private:
  int socket_;
};

/// A TLS session over it, whose server must show the given certificate.
class TlsClient {
 public:
  using Change = std::function<void(SSL_CTX*)>;

  /// Does the handshake; `change` may set other terms. \throws Failure if the server refuses.
  TlsClient(std::uint16_t port, const Certificate& trusted, int window = 0, Change change = {});

  void write(std::string_view bytes);
  /// The bytes that have come, at least one; empty at the end. \throws Failure if none come in
  /// time.
  std::string read(std::size_t most = 16'384);
  /// Reads until `size` bytes have come. \throws Failure at an early end
  std::string read_exactly(std::size_t size);
  /// Reads up to and with `mark`.
  std::string read_through(std::string_view mark);
  std::string rest();
  void goodbye() { SSL_shutdown(session_.get()); }  ///< Sends close_notify.
  /// The server sent close_notify before it ended its side.
  bool was_told_goodbye() const;

  SSL* session() const { return session_.get(); }
  const TcpClient& tcp() const { return tcp_; }
  void reset() { tcp_.reset(); }

 private:
  struct Deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };
  TcpClient tcp_;
  std::unique_ptr<SSL_CTX, Deleter> context_;
  std::unique_ptr<SSL, Deleter> session_;
  std::string ahead_;  ///< Received and not read yet.
};

/// A request of HTTP/1.1; `more` are header lines.
std::string get(const std::string& path, const std::string& more = "");
/// A websocket text frame with a mask of zeros.
std::string frame(const std::string& text);

}  // namespace phx::testing
