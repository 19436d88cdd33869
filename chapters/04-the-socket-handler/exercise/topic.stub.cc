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

/// [1] A pattern that ends in `*` takes every topic that begins with what stands before the star.
/// [2] The rest may be empty. [3] The rest may hold anything, colons and stars too. [4] A topic
/// that does not begin so is not taken. [5] Any other pattern takes the topic that is equal to it,
/// byte for byte, and no other.
///
///     matches("room:*", "room:lobby")   true
///     matches("room:*", "room:")        true
///     matches("room:*", "room")         false
///     matches("room:a", "room:ab")      false
bool matches(std::string_view pattern, std::string_view topic) {
  // Yours: matches
  not_written("matches", pattern, topic);
}

/// [6] The first route whose pattern takes the topic, in the order in which the routes stand. [7] A
/// null pointer where none does. [8] The pointer is into `routes`, which outlives it.
const Route* find_route(const std::vector<Route>& routes, std::string_view topic) {
  // Yours: find_route
  not_written("find_route", routes, topic);
}

/// Called once for each pattern when the server starts:
///
/// - [9] An empty pattern is bad.
/// - [10] So is one with a `*` anywhere but as its last character: `**` is bad, and `a*b`.
/// - [11] All others are good, `*` too, and for a good one it does nothing.
/// - [12] For a bad one it throws std::invalid_argument. [13] Its sentence says what was expected.
///   [14] It says what came, in quotes. [15] It shows what a good pattern looks like: "room:*".
void check_pattern(std::string_view pattern) {
  // Yours: check_pattern
  not_written("check_pattern", pattern);
}

}  // namespace phx::socket
