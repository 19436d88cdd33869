#pragma once
/// \file
/// Tokens are signed, not hidden. Any server with the secret verifies them; so does Phoenix.Token.
///
///     const phx::TokenSigner signer(secret_key_base, "user socket");
///     const std::string token = signer.sign(user_id, std::chrono::system_clock::now());

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "json/json.h"

namespace phx {

//! [token_signer]
/// Derives its key once, which takes half a millisecond. Const and thread-safe afterwards.
class TokenSigner {
 public:
  using Time = std::chrono::system_clock::time_point;
  using Seconds = std::chrono::seconds;

  /// `secret_key_base` is the application's secret; `salt` names what these tokens are for. \throws
  /// std::invalid_argument if the secret is shorter than 20 bytes, as in Plug.
  TokenSigner(std::string_view secret_key_base, std::string_view salt);

  static constexpr Seconds a_day{86'400};  // Phoenix.Token's default max_age

  /// Data: null, booleans, integers, floats, strings, lists, and objects of these.
  std::string sign(const Json& data, Time now, Seconds max_age = a_day) const;

  struct Valid {
    Json data;
  };
  /// Not ours: forged, truncated, or signed for something else.
  struct Invalid {};
  struct Expired {};
  using Verdict = std::variant<Valid, Invalid, Expired>;

  /// Without `max_age`, the token's own counts. Signatures are compared in constant time.
  Verdict verify(std::string_view token, Time now, std::optional<Seconds> max_age = {}) const;

 private:
  std::string key_;
};
//! [token_signer]

}  // namespace phx
