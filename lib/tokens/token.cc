/// A term with its age, in one of plug_crypto's signed messages.

#include "tokens/token.h"

#include <stdexcept>

#include "tokens/crypto.h"
#include "tokens/term.h"

namespace phx {
namespace {

long long milliseconds(TokenSigner::Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string checked_key(std::string_view secret_key_base, std::string_view salt) {
  constexpr std::size_t shortest = 20;
  if (secret_key_base.size() < shortest) {
    throw std::invalid_argument("expected a secret_key_base of at least 20 bytes, got " +
                                std::to_string(secret_key_base.size()) +
                                ": set EndpointOptions::secret_key_base");
  }
  return tokens::crypto::derive_key(secret_key_base, salt);
}

}  // namespace

TokenSigner::TokenSigner(std::string_view secret_key_base, std::string_view salt)
    : key_(checked_key(secret_key_base, salt)) {}

std::string TokenSigner::sign(const Json& data, Time now, Seconds max_age) const {
  const std::string term = tokens::encode_term({data, milliseconds(now), max_age.count()});
  return tokens::crypto::sign(term, key_);
}

TokenSigner::Verdict TokenSigner::verify(std::string_view token, Time now,
                                         std::optional<Seconds> max_age) const {
  const auto message = tokens::crypto::verify(token, key_);
  const auto term = message ? tokens::decode_term(*message) : std::nullopt;
  if (!term) return Invalid{};
  const long long age_ms = milliseconds(now) - term->signed_at_ms;
  const long long allowed_s = max_age ? max_age->count() : term->max_age_s;
  // If the clock was set back, an age is negative; a max_age of 0 still refuses every token.
  if (allowed_s <= 0 || age_ms / 1'000 >= allowed_s) return Expired{};
  return Valid{term->data};
}

}  // namespace phx
