/// Reads the certificate and the key, and says what is wrong with them.

#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "base/option_error.h"
#include "net/lws_stream.h"

namespace phx::net {
namespace {

constexpr const char* cert_option = "TlsOptions::cert";
constexpr const char* key_option = "TlsOptions::key";

[[noreturn]] void refuse(const char* option, const std::string& sentence) {
  ERR_clear_error();
  throw OptionError(option, sentence);
}

void check_readable(const std::string& file, const char* what, const char* option) {
  struct Closer {
    void operator()(std::FILE* open) const { std::fclose(open); }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, Closer> open(std::fopen(file.c_str(), "r"));
  char byte = 0;
  if (open && std::fread(&byte, 1, 1, open.get()) == 1) return;
  refuse(option, fmt::format("expected {} in \"{}\", and could not read it: {}", what, file,
                             errno == 0 ? "it is empty" : std::strerror(errno)));
}

/// Never asks: nobody sits at the server's terminal to type a passphrase.
int no_passphrase(char*, int, int, void*) noexcept { return -1; }

/// Why OpenSSL rejects a certificate or key that it could read; otherwise the file held none.
std::string objection() {
  const unsigned long error = ERR_peek_last_error();
  const bool readable = ERR_GET_LIB(error) == ERR_LIB_SSL && !ERR_COMMON_ERROR(error);
  return readable ? fmt::format("one that OpenSSL rejects ({})", ERR_reason_error_string(error))
                  : "something else";
}

void use_certificate(SSL_CTX* context, const std::string& file) {
  check_readable(file, "a certificate", cert_option);
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return;
  refuse(cert_option,
         fmt::format(
             "expected a certificate in PEM form (-----BEGIN CERTIFICATE-----) in \"{}\", got {}",
             file, objection()));
}

void use_key(SSL_CTX* context, const TlsOptions& options) {
  check_readable(options.key, "a private key", key_option);
  const bool is_key =
      SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (is_key && SSL_CTX_check_private_key(context) == 1) return;
  if (is_key || ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509) {
    refuse(key_option, fmt::format("expected the key of the certificate in \"{}\", got the key of "
                                   "another in \"{}\"",
                                   options.cert, options.key));
  }
  refuse(key_option,
         fmt::format("expected a private key in PEM form (-----BEGIN PRIVATE KEY-----), without a "
                     "passphrase, in \"{}\", got {}",
                     options.key, objection()));
}

/// RFC 7301: chooses HTTP/1.1. A client that offers protocols, but not this one, gets an alert.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) noexcept {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  constexpr unsigned ours_size = sizeof ours - 1;
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, chosen_size, ours, ours_size, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A vhost of libwebsockets keeps its own context for good, so the certificate is changed as each
/// session begins: before the context's certificate has been used.
int client_said_hello(SSL* session, int*, void* certificate) noexcept {
  static_cast<const Certificate*>(certificate)->choose(session);
  return SSL_CLIENT_HELLO_SUCCESS;
}

/// In place of libwebsockets' own, which looks for a vhost of the name and would change back.
int any_server_name(SSL*, int*, void*) noexcept { return SSL_TLSEXT_ERR_OK; }

}  // namespace

Certificate::Certificate(TlsOptions options) : options_(std::move(options)), ticket_keys_{} {
  if (RAND_bytes(ticket_keys_.data(), static_cast<int>(ticket_keys_.size())) != 1) {
    throw std::runtime_error("OpenSSL could not generate the keys of session tickets");
  }
  make_context();  // as a trial
}

std::shared_ptr<SSL_CTX> Certificate::make_context() const {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) throw std::runtime_error("OpenSSL could not make a context for TLS");
  configure(context.get());
  SSL_CTX_set_tlsext_servername_callback(context.get(), any_server_name);
  return context;
}

void Certificate::reload() {
  std::shared_ptr<SSL_CTX> newest = make_context();
  const std::lock_guard lock(mutex_);
  newest_.swap(newest);
}

void Certificate::choose(SSL* session) const noexcept {
  const std::lock_guard lock(mutex_);
  if (newest_) SSL_set_SSL_CTX(session, newest_.get());  // which holds it while the session lives
}

void Certificate::configure(SSL_CTX* context) const {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // For TLS 1.2, the ciphers with forward secrecy and authenticated encryption; 1.3 has no others.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // A client may end its TCP connection without close_notify: HTTP and websockets know by
  // themselves whether a message is complete.
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // RELEASE_BUFFERS: an idle connection frees its two buffers, of a record each.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // Otherwise one call could read a flood of KeyUpdates for seconds.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  LwsStream::watch_key_updates(context);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  auto keys = ticket_keys_;
  SSL_CTX_set_tlsext_ticket_keys(context, keys.data(), keys.size());
  offer_http(context);
  SSL_CTX_set_client_hello_cb(context, client_said_hello, const_cast<Certificate*>(this));
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  ERR_clear_error();
  use_certificate(context, options_.cert);
  use_key(context, options_);
}

void Certificate::offer_http(SSL_CTX* context) {
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace phx::net
