/// \file
/// OpenSSL on a socket that does not block.
#include "conformance/load/client/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "conformance/load/client/error.h"
#include "conformance/suite/wire/tls.h"

namespace phx::bench {
namespace {

int at_most_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "no reason" : reason;
}

void set_modes(SSL* session, int fd) {
  SSL_set_fd(session, fd);
  SSL_set_mode(session, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_read_ahead(session, 1);  // one recv() for many records
}

}  // namespace

TlsContext serving_tls(const std::string& cert_file, const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  ERR_clear_error();
  const bool good =
      SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!good) {
    throw Failure(fmt::format("expected a certificate in {} and its key in {}, got {}", cert_file,
                              key_file, last_reason()));
  }
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

TlsLine::TlsLine(SSL_CTX* context, int fd, const std::string& host) : session_(SSL_new(context)) {
  SSL* session = session_.get();
  set_modes(session, fd);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  if (!is_address) {
    SSL_set1_host(session, host.c_str());
    SSL_set_tlsext_host_name(session, host.c_str());
  }
  SSL_set_connect_state(session);
}

TlsLine::TlsLine(SSL_CTX* context, int fd) : session_(SSL_new(context)) {
  set_modes(session_.get(), fd);
  SSL_set_accept_state(session_.get());
}

ssize_t TlsLine::receive(char* to, std::size_t size) {
  std::size_t got = 0;
  int result = 1;
  while (got < size) {
    ERR_clear_error();
    result = SSL_read(session_.get(), to + got, at_most_int(size - got));
    if (result <= 0) break;
    got += static_cast<std::size_t>(result);
  }
  if (got > 0) return static_cast<ssize_t>(got);  // an end or an error comes again
  return outcome(result);
}

ssize_t TlsLine::send(const char* from, std::size_t size) {
  ERR_clear_error();
  const int result = SSL_write(session_.get(), from, at_most_int(size));
  return result > 0 ? result : outcome(result);
}

ssize_t TlsLine::outcome(int result) {
  const int system_error = errno;
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_SYSCALL: errno = system_error == 0 ? ECONNRESET : system_error; return -1;
    default: break;
  }
  error_ = conformance::tls_failure(session_.get());
  errno = EPROTO;
  return -1;
}

}  // namespace phx::bench
