#pragma once
/// \file
/// Translates a case's V2 messages to V1, and the server's V1 messages to V2.
///
///     V2  ["1","2","room:lobby","echo",{"n":1}]
///     V1  {"event":"echo","join_ref":"1","payload":{"n":1},"ref":"2","topic":"room:lobby"}
///
/// A server's V1 messages have no join_ref, so none is expected and none comes back.

#include <string>
#include <string_view>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {

/// A message to the server. \throws std::logic_error for anything but a V2 message of five
/// elements, which V1 can't express.
std::string v1_to_server(std::string_view v2);
/// A message from the server, without its join_ref. A message that ends a channel has the join_ref
/// as its ref: if the case leaves the ref open, the expected join_ref is compared there. \throws
/// std::logic_error as above.
std::string v1_from_server(std::string_view v2);
/// A server's V1 message without a join_ref, which it should not have: V-01 judges that.
Json less_join_ref(const Json& v1);
/// A server's V1 message as the V2 one, with join_ref null.
Json v2_of(const Json& v1);

}  // namespace phx::conformance
