/// Writes the answer that turns an HTTP connection into a websocket.

#include "websocket/handshake.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/base64.h"
#include "base/check.h"
#include "http/request_reader.h"

namespace phx::websocket {
namespace {

struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

/// Looked up once: that takes OpenSSL longer than to compute one.
const EVP_MD* sha1() {
  static const std::unique_ptr<EVP_MD, FreeDigest> found(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  return found.get();
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Each thread has one for all its digests: OpenSSL takes half as long to make one as for a SHA-1.
EVP_MD_CTX* context_of_thread() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return context.get();
}

}  // namespace

std::string accept_key(std::string_view key) {
  constexpr std::string_view of_all = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_MD_CTX* context = context_of_thread();
  check(EVP_DigestInit_ex(context, sha1(), nullptr) == 1 &&
            EVP_DigestUpdate(context, key.data(), key.size()) == 1 &&
            EVP_DigestUpdate(context, of_all.data(), of_all.size()) == 1 &&
            EVP_DigestFinal_ex(context, digest.data(), &size) == 1,
        "OpenSSL computes a SHA-1");
  return base64::encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::string switching_protocols(const Acceptance& acceptance) {
  constexpr std::size_t usual = 320;
  std::string head;
  head.reserve(usual);
  head +=
      "HTTP/1.1 101 Switching Protocols\r\n"
      "cache-control: max-age=0, private, must-revalidate\r\n"
      "connection: Upgrade\r\n"
      "date: ";
  head += http::http_date();
  head += "\r\nsec-websocket-accept: ";
  head += accept_key(acceptance.key);
  head += "\r\nupgrade: websocket\r\n";
  if (acceptance.deflate) {
    http::append_header(head, "sec-websocket-extensions",
                        "permessage-deflate" + acceptance.deflate->parameters);
  }
  if (acceptance.subprotocol) {
    http::append_header(head, "sec-websocket-protocol", *acceptance.subprotocol);
  }
  http::append_headers(head, acceptance.headers);
  head += "\r\n";
  return head;
}

}  // namespace phx::websocket
