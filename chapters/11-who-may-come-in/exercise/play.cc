/// Tokens, played at random: two secrets, ages around a second, and tokens that somebody changed.

#include "tokens/token.h"

#include "chapters/workshop/play.h"
#include "tokens/crypto.h"
#include "tokens/term.h"

namespace {

using namespace phx;
using exercise::Sequence;

const std::string secret = "a secret of more than twenty bytes";
const TokenSigner signers[] = {TokenSigner(secret, "user socket"), TokenSigner(secret, "other")};
const std::string keys[] = {tokens::crypto::derive_key(secret, "user socket"),
                            tokens::crypto::derive_key(secret, "other")};

Json data_of(Sequence& steps) {
  return steps.of({Json(7), Json("ann"), Json(), Json::array({1, "b"}), Json::object({{"id", 1}}),
                   Json(false), Json("")});
}
long long millis_of(Sequence& steps) {
  return 1'700'000'000'000 + 1'000LL * steps.below(4) + steps.of({0, 1, 999, 500, 998});
}
TokenSigner::Time at(long long millis) {
  return TokenSigner::Time{std::chrono::milliseconds(millis)};
}

std::string forged(const std::string& token, unsigned how) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  switch (how) {
    case 0: return token.substr(0, last);
    case 1: return token + "A";
    case 2: return token.substr(0, last + 1);
    case 3: return token.substr(first + 1);
    default: return "";
  }
}

std::string text_of(const TokenSigner::Verdict& verdict) {
  if (const auto* valid = std::get_if<TokenSigner::Valid>(&verdict))
    return "Valid " + valid->data.dump();
  return std::holds_alternative<TokenSigner::Invalid>(verdict) ? "Invalid" : "Expired";
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  // Tokens that the library signs, so that a verify can be tried without the reader's sign.
  std::string token;
  while (steps.next()) {
    const unsigned what = steps.below(4);
    const unsigned who = steps.below(8) == 7 ? 1 : 0;
    if (what == 0) {
      const Json data = data_of(steps);
      const long long now = millis_of(steps);
      const long long age = steps.of({60LL, 1LL, 0LL, 2LL, -1LL, 86'400LL});
      steps.does({1, 2}, "sign(" + data.dump() + ", " + std::to_string(now) + " ms, " +
                             std::to_string(age) + " s)");
      token = signers[who].sign(data, at(now), std::chrono::seconds(age));
      steps.comes(token);
    } else if (what == 1) {
      const long long signed_at = millis_of(steps);
      const long long age = steps.of({1LL, 2LL, 0LL, 3LL, -1LL});
      const unsigned form = steps.below(6);
      std::string term = tokens::encode_term({data_of(steps), signed_at, age});
      if (form == 4) term.pop_back();
      if (form == 5) term = tokens::encode_value(Json("no term of ours"));
      token = tokens::crypto::sign(term, keys[who]);
      if (form == 3) token = forged(token, steps.below(5));
      steps.does({}, "a token of " + std::to_string(signed_at) + " ms, good for " +
                         std::to_string(age) + " s, " +
                         (who == 1 ? "by another key" : "by this key") +
                         (form == 3   ? ", then changed"
                          : form == 4 ? ", its term cut short"
                          : form == 5 ? ", of something else"
                                      : ""));
    } else {
      const long long now = millis_of(steps) - (steps.below(6) == 5 ? 5'000 : 0);
      const std::optional<std::chrono::seconds> age =
          steps.below(2) == 0 ? std::nullopt
                              : std::optional(std::chrono::seconds(steps.of({1, 2, 0, 3, -1})));
      steps.does({3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
                 "verify(it, " + std::to_string(now) + " ms" +
                     (age ? ", " + std::to_string(age->count()) + " s)" : ")"));
      steps.comes_of([&] { return text_of(signers[0].verify(token, at(now), age)); });
    }
  }
}
