/// Secrets are compared whole, by OpenSSL's CRYPTO_memcmp: this program has its own, which the
/// linker prefers and which records each comparison.

#include <openssl/crypto.h>

#include "testing/case.h"
#include "tokens/crypto.h"
#include "tokens/session_cookie.h"
#include "tokens/token.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::vector<std::size_t> compared;  // the size of each comparison in bytes

/// The sizes of the comparisons that `look` made.
std::vector<std::size_t> compared_by(const std::function<void()>& look) {
  compared.clear();
  look();
  return compared;
}

}  // namespace

extern "C" int CRYPTO_memcmp(const void* one, const void* other, std::size_t size) {
  compared.push_back(size);
  const auto* a = static_cast<const unsigned char*>(one);
  const auto* b = static_cast<const unsigned char*>(other);
  unsigned char differs = 0;
  for (std::size_t i = 0; i < size; ++i) differs |= a[i] ^ b[i];
  return differs;
}

PHX_TEST("a token's signature is compared whole, in constant time, wherever it differs") {
  const std::vector<std::size_t> whole{43};  // HMAC-SHA256 in base64 for URLs
  const TokenSigner signer("0123456789abcdef0123456789abcdef", "user socket");
  const TokenSigner::Time now{std::chrono::seconds(1755700000)};
  const std::string token = signer.sign("42", now);
  for (std::size_t at = token.rfind('.') + 1; at < token.size(); ++at) {
    std::string forged = token;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    expect_eq(compared_by([&] {
                expect(std::holds_alternative<TokenSigner::Invalid>(signer.verify(forged, now)),
                       "a forgery");
              }),
              whole);
  }
  expect_eq(compared_by([&] {
              expect(std::holds_alternative<TokenSigner::Valid>(signer.verify(token, now)), "ours");
            }),
            whole);
}

PHX_TEST("so is a session's CSRF token") {
  const std::string state = "Zk3nQ8tLw1sVx9bYcP2dR7fG";
  const std::string token = "NyZSLyJrHwdHAEFlTAxUbltpHzs_egcGmMaAsSkK0123456789-_mMaA";
  const std::vector<std::size_t> whole{state.size()};
  expect_eq(
      compared_by([&] { expect(tokens::valid_csrf_token(state, token), "the session's own"); }),
      whole);
  for (std::size_t at = 0; at < state.size(); ++at) {
    std::string other = state;
    ++other[at];
    expect_eq(
        compared_by([&] { expect(!tokens::valid_csrf_token(other, token), "another session's"); }),
        whole);
  }
}
