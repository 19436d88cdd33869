#pragma once
/// \file
/// Which channel takes a topic: `room:*` takes `room:` and whatever follows, `room:lobby` itself.

#include <string>
#include <string_view>
#include <vector>

#include "channel/server.h"

namespace phx::socket {

/// One line of a user socket's routes. Mirrors Phoenix.Socket's channel/3.
struct Route {
  std::string pattern;
  channel::Factory factory;
  Assigns assigns = {};  ///< Put into the channel's socket over those of the connection.
};

/// A `*` at the end takes any rest, the empty one too; anything else takes itself alone.
bool matches(std::string_view pattern, std::string_view topic);

/// The first route, in the order of their writing, whose pattern takes the topic; null where none
/// does. Mirrors `__channel__/1`.
const Route* find_route(const std::vector<Route>& routes, std::string_view topic);

/// \throws std::invalid_argument for an empty pattern or a `*` that is not at its end.
void check_pattern(std::string_view pattern);

}  // namespace phx::socket
