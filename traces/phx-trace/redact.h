#pragma once
/// \file
/// Takes secrets out of a HAR file, so that it can be shown to others.
///
/// Each secret becomes `REDACTED-1`, `REDACTED-2` …, the same one the same wherever it stands, so
/// that a long-poll's session still holds together and the file can still be replayed. Secrets are:
///
/// - headers: authorization, cookie, set-cookie, x-api-key, x-csrf-token, x-phoenix-authtoken,
///   x-phoenix-longpoll-token, and the token in a sub-protocol (base64url.bearer.phx.…);
/// - HAR's own `cookies`;
/// - query parameters, and members of JSON in messages and bodies, that are called token, jwt,
///   password, secret, apikey or the like (`is_secret_name`).
///
/// What a secret is elsewhere (a name in a chat, an address) nobody can tell: look before you
/// share.

#include <map>
#include <string>
#include <string_view>

#include "traces/phx-trace/json.h"

namespace phx::trace {

/// Whether what is called so is kept from others: the case and `-`, `_` do not count.
bool is_secret_name(std::string_view name);

/// Changes the file itself. \return how many secrets there were.
std::size_t redact(Value& file);

}  // namespace phx::trace
