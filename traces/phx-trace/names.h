#pragma once
/// \file
/// Which client an entry belongs to, if the file does not say: a browser's never does.

#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/http.h"

namespace phx::trace {

struct Entry;
struct Trace;

/// Names unnamed entries: `ws`, `ws2` … for websockets; `poll`, `poll2` … for polling clients,
/// distinguished by their session's token; `http` for the rest.
void name_connections(Trace& trace);

/// A query parameter as in the target, or nothing; the last of several with one name, which is the
/// one that a server takes.
std::optional<std::string> parameter(std::string_view target, std::string_view name);

/// A poll's session token: in its query, or in the header that overrides it.
std::optional<std::string> brought_token(const conformance::Request& request);

/// The session's token in a long-poll's JSON body, or nothing.
std::optional<std::string> session_token(std::string_view body);

/// Whether the target's path ends in `/longpoll`, or in `/websocket`.
bool is_longpoll(std::string_view target);
bool is_websocket(std::string_view target);

/// Whether an entry is a websocket or a poll: a browser's other requests are not Channels'.
bool is_conversation(const Entry& entry);

}  // namespace phx::trace
