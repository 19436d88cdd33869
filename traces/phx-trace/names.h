#pragma once
/// \file
/// Which client an entry belongs to, where the file does not say: a browser's never does.

#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/http.h"

namespace phx::trace {

struct Entry;
struct Trace;

/// Names what has no name: `ws`, `ws2` … for websockets; `poll`, `poll2` … for the clients that
/// poll, who are told from each other by their session's token; `http` for all else.
void name_connections(Trace& trace);

/// A query parameter as it stands in the target; of several of one name the last, which is the one
/// that a server takes; or nothing.
std::optional<std::string> parameter(std::string_view target, std::string_view name);

/// The session's token that a poll brings: in its query, or in the header that wins over it.
std::optional<std::string> brought_token(const conformance::Request& request);

/// The session's token in a long-poll's JSON body, or nothing.
std::optional<std::string> session_token(std::string_view body);

/// Whether the target's path ends in `/longpoll`, or in `/websocket`.
bool is_longpoll(std::string_view target);
bool is_websocket(std::string_view target);

/// Whether an entry is a websocket or a poll: what else a browser has fetched is not Channels'.
bool is_conversation(const Entry& entry);

}  // namespace phx::trace
