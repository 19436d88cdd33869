/// OpenSSL between two buffers.

#include "net/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

#include "base/check.h"

namespace phx::net {
namespace {

std::string reason_of(unsigned long error) {
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "TLS failed" : reason;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// A certificate names an address in a field of its own; SNI takes names alone (RFC 6066, 3).
bool expect_host(SSL* session, const std::string& host) {
  if (is_address(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  }
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(session, host.c_str()) == 1 &&
         SSL_set1_host(session, host.c_str()) == 1;
}

}  // namespace

TlsClientSession::TlsClientSession(const Options& options)
    : context_(SSL_CTX_new(TLS_client_method())) {
  check(context_ != nullptr, "OpenSSL can make a context");
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context_.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const bool trusts = options.ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                          : SSL_CTX_load_verify_file(context_.get(), options.ca_file.c_str()) == 1;
  if (!trusts && options.verify) {
    throw std::runtime_error("expected certificates in PEM form in \"" + options.ca_file +
                             "\", and could not read any");
  }
  session_.reset(SSL_new(context_.get()));
  check(session_ != nullptr, "OpenSSL can make a session");
  if (!expect_host(session_.get(), options.host)) {
    throw std::runtime_error("expected a host's name or address, got \"" + options.host + "\"");
  }
  static constexpr unsigned char http[] = "\x08http/1.1";  // RFC 7301
  SSL_set_alpn_protos(session_.get(), http, sizeof http - 1);
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  check(in_ != nullptr && out_ != nullptr, "OpenSSL can make a buffer");
  SSL_set_bio(session_.get(), in_, out_);  // which now owns both
  SSL_set_connect_state(session_.get());
}

TlsClientSession::~TlsClientSession() = default;

void TlsClientSession::feed(std::string_view encrypted) {
  BIO_write(in_, encrypted.data(), static_cast<int>(encrypted.size()));
}

TlsClientSession::Result TlsClientSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  return result == 1 ? Result::good : failed(result);
}

TlsClientSession::Result TlsClientSession::read(std::string& plain) {
  std::array<char, 16'384> record;
  for (int records = 0; records < 4; ++records) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(session_.get(), record.data(), record.size(), &size);
    if (result != 1) return failed(result);
    plain.append(record.data(), size);
  }
  return Result::good;
}

bool TlsClientSession::write(std::string_view plain) {
  if (plain.empty()) return true;
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_write_ex(session_.get(), plain.data(), plain.size(), &size);
  if (result != 1) failed(result);
  return result == 1 && size == plain.size();  // a memory buffer takes everything
}

void TlsClientSession::say_goodbye() {
  ERR_clear_error();
  if (SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
}

std::string TlsClientSession::take_encrypted() {
  std::string bytes(BIO_ctrl_pending(out_), '\0');
  if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

TlsClientSession::Result TlsClientSession::failed(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Result::more;
    case SSL_ERROR_ZERO_RETURN: return Result::ended;
    default: break;
  }
  error_ = reason_of(ERR_peek_error());
  const long verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK) {
    error_ += std::string(": ") + X509_verify_cert_error_string(verified);
  }
  return Result::failed;
}

}  // namespace phx::net
