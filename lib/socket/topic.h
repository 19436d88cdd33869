#pragma once
/// \file
/// Which channel takes a topic: `room:*` matches `room:` and anything after it, `room:lobby` only
/// itself.

#include <string>
#include <string_view>
#include <vector>

#include "channel/channel.h"

namespace phx::socket {

/// One line of a user socket's routes. Mirrors Phoenix.Socket's channel/3.
struct Route {
  std::string pattern;
  channel::Factory factory;
  Assigns assigns = {};  ///< Merged into the channel's socket, over those of the connection.
};

/// A `*` at the end matches any rest, even an empty one; any other pattern matches only itself.
bool matches(std::string_view pattern, std::string_view topic);

/// The first route in declaration order whose pattern matches the topic; null if none does. Mirrors
/// `__channel__/1`.
const Route* find_route(const std::vector<Route>& routes, std::string_view topic);

/// \throws std::invalid_argument for an empty pattern or a `*` that is not at its end.
void check_pattern(std::string_view pattern);

}  // namespace phx::socket
