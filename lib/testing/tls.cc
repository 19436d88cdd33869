/// A self-signed certificate by OpenSSL, and a blocking client.

#include "testing/tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "testing/host.h"

namespace phx::testing {
namespace {

/// Far more than an answer takes, even under a sanitizer on a busy machine.
constexpr timeval patience{20, 0};

template <class T, auto free>
using Owned = std::unique_ptr<T, decltype([](T* thing) { free(thing); })>;
using File = Owned<std::FILE, std::fclose>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using X509Ptr = Owned<X509, X509_free>;

X509Ptr self_signed(EVP_PKEY* key) {
  constexpr long day_s = 86'400;
  X509Ptr cert(X509_new());
  X509_set_version(cert.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -day_s);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), day_s);
  X509_set_pubkey(cert.get(), key);
  X509_NAME* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"));
  X509_add_ext(cert.get(), names.get(), -1);
  X509_sign(cert.get(), key, EVP_sha256());
  return cert;
}

void expect_ok(bool ok, const char* what) {
  if (ok) return;
  const unsigned long error = ERR_get_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  throw Failure(std::string("expected ") + what + ", got " + (reason == nullptr ? "none" : reason));
}

/// Calls again where a call was interrupted. No signal needs to come for that: a thread that has
/// set up an io_uring, as libuv does for a loop, is interrupted once more when the kernel takes the
/// ring down, some milliseconds after the loop was closed.
template <class Call>
auto uninterrupted(Call&& call) {
  for (;;) {
    errno = 0;
    const auto result = call();
    if (result > 0 || errno != EINTR) return result;
  }
}

}  // namespace

Certificate::Certificate() {
  std::string pattern = std::filesystem::temp_directory_path() / "phx-tls-XXXXXX";
  expect_ok(::mkdtemp(pattern.data()) != nullptr, "a folder for the certificate");
  folder_ = pattern;
  const Key made(EVP_EC_gen("P-256"));
  const X509Ptr signed_cert = self_signed(made.get());
  const File cert_file(std::fopen(cert().c_str(), "w"));
  const File key_file(std::fopen(key().c_str(), "w"));
  expect_ok(PEM_write_X509(cert_file.get(), signed_cert.get()) == 1 &&
                PEM_write_PrivateKey(key_file.get(), made.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1,
            "the certificate's files to be written");
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// --- TCP ----------------------------------------------------------------------------------------

TcpClient::TcpClient(std::uint16_t port, int window)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (window > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  const int connected = uninterrupted([&] {  // again, it waits on for the same connection
    return ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  });
  expect_ok(connected == 0, "a connection");
}

TcpClient::~TcpClient() {
  if (socket_ >= 0) ::close(socket_);
}

void TcpClient::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent =
        uninterrupted([&] { return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent <= 0) return;  // rest() reports that the server is gone
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void TcpClient::finish() const { ::shutdown(socket_, SHUT_WR); }

void TcpClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

std::string TcpClient::read(std::size_t most) const {
  std::string bytes(most, '\0');
  const ssize_t size = uninterrupted([&] { return ::recv(socket_, bytes.data(), most, 0); });
  expect_ok(size >= 0 || errno == ECONNRESET, "bytes or the end in time");
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

std::string TcpClient::rest() const {
  constexpr std::size_t some = 4'096;
  std::string all;
  for (std::string more = read(some); !more.empty(); more = read(some)) all += more;
  return all;
}

// --- TLS ----------------------------------------------------------------------------------------

TlsClient::TlsClient(std::uint16_t port, const Certificate& trusted, int window, Change change)
    : tcp_(port, window), context_(SSL_CTX_new(TLS_client_method())) {
  ERR_clear_error();
  SSL_CTX_load_verify_locations(context_.get(), trusted.cert().c_str(), nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (change) change(context_.get());
  session_.reset(SSL_new(context_.get()));
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), "127.0.0.1");
  SSL_set_fd(session_.get(), tcp_.socket());
  expect_ok(uninterrupted([this] { return SSL_connect(session_.get()); }) == 1, "a handshake");
}

void TlsClient::write(std::string_view bytes) {
  ERR_clear_error();
  const int sent = uninterrupted(
      [&] { return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())); });
  expect_ok(sent > 0, "the server to take what is written");
}

std::string TlsClient::read(std::size_t most) {
  if (!ahead_.empty()) return std::exchange(ahead_, {});
  std::string bytes(most, '\0');
  ERR_clear_error();
  const int size =
      uninterrupted([&] { return SSL_read(session_.get(), bytes.data(), static_cast<int>(most)); });
  if (size > 0) {
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }
  const int error = SSL_get_error(session_.get(), size);
  expect_ok(error != SSL_ERROR_WANT_READ, "bytes in time");
  return {};
}

std::string TlsClient::read_exactly(std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string more = read();
    expect_ok(!more.empty(), "more bytes before the end");
    all += more;
  }
  ahead_ = all.substr(size) + ahead_;
  all.resize(size);
  return all;
}

std::string TlsClient::read_through(std::string_view mark) {
  std::string all;
  while (all.find(mark) == std::string::npos) {
    const std::string more = read();
    expect_ok(!more.empty(), "more bytes before the end");
    all += more;
  }
  const std::size_t end = all.find(mark) + mark.size();
  ahead_ = all.substr(end) + ahead_;
  all.resize(end);
  return all;
}

std::string TlsClient::rest() {
  std::string all;
  for (std::string more = read(); !more.empty(); more = read()) all += more;
  return all;
}

bool TlsClient::was_told_goodbye() const {
  return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::string get(const std::string& path, const std::string& more) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

std::string frame(const std::string& text) {
  constexpr std::size_t mask_size = 4;
  std::string bytes = "\x81";
  if (text.size() < 126) {
    bytes += static_cast<char>(0x80 | text.size());
  } else {
    bytes += '\xff';
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(text.size() >> shift);
  }
  return bytes.append(mask_size, '\0') + text;
}

}  // namespace phx::testing
