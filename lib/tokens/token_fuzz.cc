/// Tokens, session cookies and the terms in them: the first byte says which of them the rest is.
///
/// Nothing may be valid unless we signed it. Terms that we sign are fuzzed too, because another
/// application with the secret writes its own.

#include "tokens/token.h"

#include "testing/fuzz.h"
#include "tokens/crypto.h"
#include "tokens/session_cookie.h"
#include "tokens/term.h"

using namespace phx;
using namespace phx::tokens;
using phx::testing::must;

namespace {

const std::string secret(64, 's');
const TokenSigner signer(secret, "salt");
const SessionCookie signed_cookie(secret, {.key = "_key", .signing_salt = "signing"});
const SessionCookie encrypted_cookie(secret, {.key = "_key",
                                              .signing_salt = "signing",
                                              .encryption_salt = "encryption"});
const TokenSigner::Time now{std::chrono::seconds(1'700'000'000)};

void forged_token(std::string_view token) {
  must(std::holds_alternative<TokenSigner::Invalid>(signer.verify(token, now)),
       "a token that we did not sign is invalid");
}

/// `input` says which byte of a valid token is changed, and to what.
void changed_token(std::string_view input) {
  static const std::string good = signer.sign(Json::object({{"user", 1}}), now);
  std::string token = good;
  for (; input.size() >= 2; input.remove_prefix(2)) {
    token[static_cast<unsigned char>(input[0]) % token.size()] = input[1];
  }
  const bool valid = std::holds_alternative<TokenSigner::Valid>(signer.verify(token, now));
  must(valid == (token == good), "a changed token is invalid");
}

void cookies(std::string_view input) {
  http::Request request{"GET", "/"};
  request.headers = {{"cookie", std::string(input)}};
  const auto own = signed_cookie.read(request);
  must(!own || own->size() == 0, "a cookie that we did not sign is empty");
  const auto hidden = encrypted_cookie.read(request);
  must(!hidden || hidden->size() == 0, "a cookie that we did not encrypt is empty");
  must(!signed_cookie.read_checked(request, Json::object({{"_csrf_token", "x"}})),
       "an empty session has no csrf token");
}

void terms(std::string_view bytes) {
  decode_any_term(bytes);
  const auto term = decode_term(bytes);
  if (!term) return;
  const auto again = decode_term(encode_term(*term));
  must(again && again->signed_at_ms == term->signed_at_ms && again->max_age_s == term->max_age_s,
       "times survive a round trip");
  must(again->data.dump() == term->data.dump(), "data survives a round trip");
}

/// Signed by us, so that it is decoded.
void signed_terms(std::string_view bytes) {
  static const std::string key = crypto::derive_key(secret, "salt");
  signer.verify(crypto::sign(bytes, key), now);
}

void csrf(std::string_view input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  valid_csrf_token(input.substr(0, line), input.substr(std::min(line + 1, input.size())));
}

}  // namespace

FUZZ(input) {
  switch (phx::testing::first_byte(input) % 6) {
    case 0: return forged_token(input);
    case 1: return changed_token(input);
    case 2: return cookies(input);
    case 3: return terms(input);
    case 4: return signed_terms(input);
    case 5: return csrf(input);
  }
}
