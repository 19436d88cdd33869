#pragma once
/// \file
/// What a case says in version 2 of the protocol, said in version 1, and what came back in V2.
///
///     V2  ["1","2","room:lobby","echo",{"n":1}]
///     V1  {"event":"echo","join_ref":"1","payload":{"n":1},"ref":"2","topic":"room:lobby"}
///
/// A server's V1 messages have no join_ref, so none is expected and none comes back.

#include <string>
#include <string_view>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {

/// A message to the server. \throws std::logic_error for what is no V2 message of five elements:
/// such a case can't be said in V1.
std::string v1_to_server(std::string_view v2);
/// A message from the server, less its join_ref. What ends a channel has that for its ref: so where
/// the case leaves the ref open, what it says of the join_ref is awaited there.
/// \throws std::logic_error as above.
std::string v1_from_server(std::string_view v2);
/// A server's V1 message without the join_ref that it should not have: that is V-01's to say.
Json less_join_ref(const Json& v1);
/// A server's V1 message as the V2 one, with join_ref null.
Json v2_of(const Json& v1);

}  // namespace phx::conformance
