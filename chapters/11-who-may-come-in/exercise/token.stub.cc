/// Signed tokens: your own.
///
/// token.h beside the real file tells what a token is for; README.md beside this one says in which
/// order to write the parts. What helps: encode_term and decode_term (tokens/term.h) turn data,
/// the time of signing and the age into bytes and back; crypto::sign and crypto::verify
/// (tokens/crypto.h) sign those bytes.

#include "tokens/token.h"

#include <stdexcept>

#include "chapters/not_written.h"
#include "tokens/crypto.h"
#include "tokens/term.h"

namespace phx {
namespace {

using exercise::not_written;  // goes with the last part that you write

/// 32 bytes out of the secret and the salt. Made once, as it takes half a millisecond on purpose.
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

/// [1] The term of the data, `now` in milliseconds since 1970, and the age in seconds. [2] It is
/// signed with key_.
std::string TokenSigner::sign(const Json& data, Time now, Seconds max_age) const {
  // Yours: TokenSigner::sign
  not_written("TokenSigner::sign", data, now, max_age, key_);
}

/// - [3] Invalid where the signature is not by key_. [4] Nothing of the token is believed before
///   its signature was verified: a forged token is Invalid, even one that would have expired.
/// - [5] Invalid where the bytes that the signature vouches for are no such term.
/// - [6] Expired where as many whole seconds as the age allows, or more, have passed from the time
///   of signing to `now`. [7] A second that is not over does not count: a token of 60 seconds is
///   good after 59.999 seconds.
/// - [8] The age is `max_age` where one is given. [9] Else it is the token's own.
/// - [10] By a clock that was set back a token is younger than nothing, and still good. [11] But an
///   age of 0 or less lets none in, whatever the clock says.
/// - [12] Else Valid, with the data.
TokenSigner::Verdict TokenSigner::verify(std::string_view token, Time now,
                                         std::optional<Seconds> max_age) const {
  // Yours: TokenSigner::verify
  not_written("TokenSigner::verify", token, now, max_age);
}

}  // namespace phx
