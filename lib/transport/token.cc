/// Plug.Crypto's signed messages: `SFMyNTY.` and base64 of the term, a dot, base64 of its HMAC.

#include "transport/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "base/base64.h"
#include "base/check.h"
#include "transport/term.h"

namespace phx {
namespace {

constexpr std::string_view prefix = "SFMyNTY.";  // base64 of HS256
constexpr int iterations = 1'000;                // Plug.Crypto.KeyGenerator's default
constexpr std::size_t key_size = 32;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

long long milliseconds(TokenSigner::Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

TokenSigner::TokenSigner(std::string_view secret_key_base, std::string_view salt)
    : key_(key_size, '\0') {
  constexpr std::size_t shortest = 20;
  if (secret_key_base.size() < shortest) {
    throw std::invalid_argument("expected a secret_key_base of at least 20 bytes, got " +
                                std::to_string(secret_key_base.size()) +
                                ": set --secret-key-base or SECRET_KEY_BASE");
  }
  const int made = PKCS5_PBKDF2_HMAC(
      secret_key_base.data(), static_cast<int>(secret_key_base.size()), bytes(salt),
      static_cast<int>(salt.size()), iterations, EVP_sha256(), static_cast<int>(key_.size()),
      reinterpret_cast<unsigned char*>(key_.data()));
  check(made == 1, "OpenSSL derives keys");
}

std::string TokenSigner::signature_of(std::string_view signed_part) const {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes(signed_part),
       signed_part.size(), reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(size);
  return base64::url_encode(digest);
}

std::string TokenSigner::sign(const Json& data, Time now, Seconds max_age) const {
  const std::string term = transport::encode_term({data, milliseconds(now), max_age.count()});
  const std::string signed_part = std::string(prefix) + base64::url_encode(term);
  return signed_part + "." + signature_of(signed_part);
}

TokenSigner::Verdict TokenSigner::verify(std::string_view token, Time now,
                                         std::optional<Seconds> max_age) const {
  const std::size_t dot = token.rfind('.');
  if (!token.starts_with(prefix) || dot < prefix.size()) return Invalid{};
  const std::string_view signed_part = token.substr(0, dot);
  const std::string expected = signature_of(signed_part);
  const std::string_view actual = token.substr(dot + 1);
  const bool genuine = actual.size() == expected.size() &&
                       CRYPTO_memcmp(actual.data(), expected.data(), expected.size()) == 0;
  if (!genuine) return Invalid{};
  const auto encoded = base64::url_decode(signed_part.substr(prefix.size()));
  const auto term = encoded ? transport::decode_term(*encoded) : std::nullopt;
  if (!term) return Invalid{};
  const long long age_ms = milliseconds(now) - term->signed_at_ms;
  const long long allowed_s = max_age ? max_age->count() : term->max_age_s;
  if (age_ms / 1'000 >= allowed_s) return Expired{};
  return Valid{term->data};
}

}  // namespace phx
