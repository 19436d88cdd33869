#pragma once
/// \file
/// Who someone is: a name, signed at the login, and shown again with every connection.

#include "phoenix.h"
#include "tokens/token.h"

namespace chat {

/// Signs names, and knows its own again. There is no password: the first to ask for a
/// name gets it, and so does the next. Nobody gets a name by merely putting it into a message.
///
/// Const after construction, and for any thread. Mirrors what an application does with
/// Phoenix.Token.
class Login {
 public:
  using Time = phx::TokenSigner::Time;

  /// \throws std::invalid_argument where the secret is shorter than 20 bytes.
  explicit Login(std::string_view secret_key_base) : signer_(secret_key_base, "user socket") {}

  struct Name {
    std::string text;
  };
  /// Why not: a sentence for the person who asked.
  struct Refusal {
    std::string sentence;
  };
  using Verdict = std::variant<Name, Refusal>;

  /// The name as it will be used, without spaces around it: 1 to 40 characters, all of them
  /// visible.
  static Verdict checked(std::string_view name);
  /// Proves for two weeks that its holder asked for this name. REQUIRES: a checked name.
  std::string token_for(const Name& name, Time now) const;
  Verdict verify(std::string_view token, Time now) const;

  /// `POST /login` with `name=Ada`: 200 `{"name","token"}`, or 400 `{"error"}`.
  phx::Response log_in(const phx::Request& request) const;
  /// `GET /login` with `authorization: Bearer TOKEN`: 200 `{"name"}`, or 403 `{"error"}`. A browser
  /// tells a page nothing of why a websocket was refused; so the page asks here.
  phx::Response who(const phx::Request& request) const;

 private:
  phx::TokenSigner signer_;
};

}  // namespace chat
