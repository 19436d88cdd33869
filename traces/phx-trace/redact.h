#pragma once
/// \file
/// Takes secrets out of a HAR file, so that it can be shown to others.
///
/// Each secret becomes `REDACTED-1`, `REDACTED-2` …, the same everywhere, so that a long-poll's
/// session stays connected and the file can still be replayed. Secrets are:
///
/// - the value of each header, query parameter, form field and member of JSON that has the name of
///   a secret (`is_secret_name`), at any depth: in URLs within headers, in JSON within JSON, in
///   messages and bodies, in base64 that hides text;
/// - signed tokens (`eyJ….….…`, `SFMyNTY.….…`), whatever they are called;
/// - cookies, the token in a sub-protocol (base64url.bearer.phx.…), the name and the password in
///   a URL (`https://me:secret@host`).
///
/// Other secrets (a name in a chat, an address) can't be recognised: look before you share.

#include <string_view>

#include "traces/phx-trace/json.h"

namespace phx::trace {

/// Whether `token`, `secret`, `password`, `passwd`, `pwd`, `pass`, `apikey`, `auth`, `session`,
/// `cookie`, `credential` or `jwt` stands in it, in any case and with anything that is neither
/// letter nor digit between; or it is `key` or `signature`. So `author` is one, too; `:authority`
/// is not.
bool is_secret_name(std::string_view name);

/// Changes the file itself. \return how many secrets there were: each `REDACTED-n` is one.
std::size_t redact(Value& file);

}  // namespace phx::trace
