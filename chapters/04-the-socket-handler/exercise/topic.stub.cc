/// Topic patterns: your own.
///
/// The contract of each function stands here and in lib/socket/topic.h; README.md beside this file
/// says in which order to write them. Keep the signatures: the socket handler calls them.

#include "socket/topic.h"

#include <algorithm>
#include <stdexcept>

#include "chapters/not_written.h"

namespace phx::socket {

using exercise::not_written;  // goes with the last part that you write

/// A pattern that ends in `*` takes every topic that begins with what stands before the star: the
/// rest may be empty, and may hold anything, colons and stars too. Any other pattern takes the
/// topic that is equal to it, byte for byte, and no other.
///
///     matches("room:*", "room:lobby")   true
///     matches("room:*", "room:")        true
///     matches("room:*", "room")         false
///     matches("room:a", "room:ab")      false
bool matches(std::string_view pattern, std::string_view topic) {
  // Yours: matches
  not_written("matches", pattern, topic);
}

/// The first route whose pattern takes the topic, in the order in which the routes stand; a null
/// pointer where none does. The pointer is into `routes`, which outlives it.
const Route* find_route(const std::vector<Route>& routes, std::string_view topic) {
  // Yours: find_route
  not_written("find_route", routes, topic);
}

/// Called once for each pattern when the server starts. A pattern is bad where it is empty, or has
/// a
/// `*` anywhere but as its last character: so `*` is good, and `**` is not. For a bad one it throws
/// std::invalid_argument, with a sentence that says what was expected, what came, and what a good
/// pattern looks like. For a good one it does nothing.
void check_pattern(std::string_view pattern) {
  // Yours: check_pattern
  not_written("check_pattern", pattern);
}

}  // namespace phx::socket
