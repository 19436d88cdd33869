#pragma once
/// \file
/// The session of the application's web pages, from its cookie and into it.
///
/// The pages may be those of an Elixir application with the same secret. Mirrors
/// Plug.Session.COOKIE, and what Phoenix.Socket.Transport.connect_info/4 does with `session:`.

#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"
#include "json/json.h"

namespace phx::tokens {

/// The application's own session options, as in its endpoint.
struct SessionOptions {
  std::string key;                                  ///< The cookie's name: `_my_app_key`.
  std::string signing_salt;                         ///< The salt of the cookies' signatures.
  std::optional<std::string> encryption_salt = {};  ///< If set, the cookie is encrypted.
  std::string csrf_token_key = "_csrf_token";       ///< The token's name in the session.
};

/// Reads and writes one application's session cookies. Const; any thread.
class SessionCookie {
 public:
  /// Derives its keys, which takes a millisecond. \throws std::invalid_argument for a secret
  /// under 64 bytes, as in Plug, and for options without a key or a signing salt.
  SessionCookie(std::string_view secret_key_base, SessionOptions options);

  /// Nothing if the request has no such cookie; an empty object if the cookie is not ours. A value
  /// that JSON lacks is read as the nearest JSON value: see decode_any_term.
  std::optional<Json> read(const http::Request& request) const;
  /// Like read(), but nothing unless the `_csrf_token` parameter is a token of that session: a
  /// foreign page can send the cookie, but not the token.
  std::optional<Json> read_checked(const http::Request& request, const Json& params) const;
  /// The `set-cookie` header that keeps this session. REQUIRES: the options have no
  /// encryption_salt.
  std::string written(const Json& session) const;
  bool encrypted() const { return encryption_key_.has_value(); }
  const SessionOptions& options() const { return options_; }

 private:
  Json decoded(std::string_view cookie) const;

  const SessionOptions options_;
  const std::string signing_key_;
  const std::optional<std::string> encryption_key_;
};

/// Whether `token`, from a page, is a masked copy of `state`, from its session. Mirrors
/// Plug.CSRFProtection.valid_state_and_csrf_token?/2.
bool valid_csrf_token(std::string_view state, std::string_view token);

/// The value of the first cookie of that name.
std::optional<std::string> cookie(const http::Request& request, std::string_view name);

}  // namespace phx::tokens
