/// Finds the cookie, verifies it, and checks that the page that sent it belongs to the session.

#include "tokens/session_cookie.h"

#include <stdexcept>

#include "base/base64.h"
#include "tokens/crypto.h"
#include "tokens/term.h"

namespace phx::tokens {
namespace {

constexpr std::size_t shortest_secret = 64;  // Plug.Session.COOKIE's own minimum

/// Checked before any key is derived from it.
std::string_view checked(std::string_view secret_key_base, const SessionOptions& options) {
  if (secret_key_base.size() < shortest_secret) {
    throw std::invalid_argument(
        "expected a secret_key_base of at least 64 bytes for session "
        "cookies, got " +
        std::to_string(secret_key_base.size()) +
        ": use the one of the application that writes them");
  }
  if (options.key.empty() || options.signing_salt.empty()) {
    throw std::invalid_argument("expected session options with a key and a signing_salt, got " +
                                std::string(options.key.empty() ? "no key" : "no signing_salt") +
                                ": copy both from the application's endpoint");
  }
  return secret_key_base;
}

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view after_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::string_view before_spaces(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::optional<std::string> cookie(const http::Request& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view pair = after_blanks(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      const std::string_view found = before_spaces(pair.substr(equals + 1));
      // A value with a tab or similar in it is not a valid cookie.
      if (found.find_first_of(blanks.substr(1)) == std::string_view::npos) {
        return std::string(found);
      }
    }
  }
  return std::nullopt;
}

bool valid_csrf_token(std::string_view state, std::string_view token) {
  constexpr std::size_t size = 24;         // Plug.CSRFProtection's @encoded_token_size
  constexpr std::size_t masked_size = 32;  // @double_encoded_token_size
  if (state.size() != size || token.size() != masked_size + size) return false;
  const std::string_view encoded = token.substr(0, masked_size);
  auto masked = base64::url_decode(encoded);
  if (!masked) masked = base64::decode(encoded);
  if (!masked || masked->size() != size) return false;
  const std::string_view mask = token.substr(masked_size);
  for (std::size_t i = 0; i < size; ++i) (*masked)[i] = static_cast<char>((*masked)[i] ^ mask[i]);
  return crypto::same_secret(*masked, state);
}

SessionCookie::SessionCookie(std::string_view secret_key_base, SessionOptions options)
    : options_(std::move(options)),
      signing_key_(crypto::derive_key(checked(secret_key_base, options_), options_.signing_salt)),
      encryption_key_(options_.encryption_salt ? std::optional(crypto::derive_key(
                                                     secret_key_base, *options_.encryption_salt))
                                               : std::nullopt) {}

Json SessionCookie::decoded(std::string_view cookie) const {
  const auto bytes = encryption_key_ ? crypto::decrypt(cookie, *encryption_key_, signing_key_)
                                     : crypto::verify(cookie, signing_key_);
  auto session = bytes ? decode_any_term(*bytes) : std::nullopt;
  return session && session->is_object() ? *session : Json::object();
}

std::string SessionCookie::written(const Json& session) const {
  return options_.key + "=" + crypto::sign(encode_value(session), signing_key_) +
         "; path=/; HttpOnly; SameSite=Lax";
}

std::optional<Json> SessionCookie::read(const http::Request& request) const {
  const auto value = cookie(request, options_.key);
  return value ? std::optional(decoded(*value)) : std::nullopt;
}

std::optional<Json> SessionCookie::read_checked(const http::Request& request,
                                                const Json& params) const {
  auto session = read(request);
  if (!session) return std::nullopt;
  const std::string state = (*session)[options_.csrf_token_key].string_or("");
  const bool own_page = valid_csrf_token(state, params["_csrf_token"].string_or(""));
  return own_page ? session : std::nullopt;
}

}  // namespace phx::tokens
