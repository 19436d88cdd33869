/// OpenSSL over two memory BIOs: one for received bytes, one for bytes to send.

#include "conformance/suite/wire/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace phx::conformance {
namespace {

std::string reason_of_openssl() {
  if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_WRONG_VERSION_NUMBER) {
    return "the server did not answer with TLS; does it speak plain ws there?";
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "the connection was broken off" : reason;
}

}  // namespace

TlsContext make_tls_context(const Trust& trust) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw std::runtime_error("OpenSSL gave no context to speak TLS with");
  SSL_CTX_set_verify(context.get(), trust.anyone ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  const bool found = trust.ca.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                      : SSL_CTX_load_verify_locations(
                                            context.get(), trust.ca.c_str(), nullptr) == 1;
  if (found) return context;
  const std::string why = reason_of_openssl();
  ERR_clear_error();
  throw std::runtime_error(
      fmt::format("expected a file with certificates in PEM form, got {}", why));
}

std::string tls_failure(const SSL* session) {
  const long verified = SSL_get_verify_result(session);
  const bool distrusted = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  std::string why = distrusted
                        ? fmt::format(
                              "the server's certificate is not trusted ({}); --ca FILE names "
                              "one to trust, --insecure accepts any",
                              X509_verify_cert_error_string(verified))
                        : fmt::format("TLS failed: {}", reason_of_openssl());
  ERR_clear_error();
  return why;
}

TlsSession::TlsSession(SSL_CTX* context, const std::string& host) : session_(SSL_new(context)) {
  SSL* session = session_.get();
  if (session == nullptr) throw std::runtime_error("OpenSSL gave no session to speak TLS with");
  SSL_set_bio(session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  if (!is_address) {
    SSL_set1_host(session, host.c_str());
    SSL_set_tlsext_host_name(session, host.c_str());
  }
  SSL_set_connect_state(session);
  received("");  // which sends the hello
}

std::string TlsSession::received(std::string_view wire) {
  BIO_write(SSL_get_rbio(session_.get()), wire.data(), static_cast<int>(wire.size()));
  ERR_clear_error();
  if (!established() && error_.empty() && SSL_do_handshake(session_.get()) == 1) {
    write(std::exchange(waiting_, {}));
  }
  std::string plain;
  std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> bytes;
  int size = 0;
  while (established() && (size = SSL_read(session_.get(), bytes.data(), bytes.size())) > 0) {
    plain.append(bytes.data(), static_cast<std::size_t>(size));
  }
  const int why = SSL_get_error(session_.get(), size);
  if (why == SSL_ERROR_SSL || ERR_peek_error() != 0) fail();
  return plain;
}

void TlsSession::write(std::string_view plain) {
  if (!established()) {
    waiting_ += plain;
  } else if (!plain.empty() && error_.empty()) {
    SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size()));
  }
}

void TlsSession::finish() {
  if (established() && error_.empty()) SSL_shutdown(session_.get());
}

std::string TlsSession::to_send() {
  BIO* out = SSL_get_wbio(session_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

bool TlsSession::peer_finished() const {
  return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void TlsSession::fail() {
  if (!error_.empty()) return;
  error_ = tls_failure(session_.get());
}

}  // namespace phx::conformance
