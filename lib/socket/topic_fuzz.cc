/// Patterns against topics: the first line is the pattern, the rest is the topic.

#include "socket/topic.h"

#include <stdexcept>

#include "testing/fuzz.h"

using namespace phx::socket;
using phx::testing::must;

namespace {

/// The same, character by character.
bool plainly(std::string_view pattern, std::string_view topic) {
  std::size_t i = 0;
  for (; i < pattern.size(); ++i) {
    if (pattern[i] == '*' && i + 1 == pattern.size()) return true;
    if (i >= topic.size() || topic[i] != pattern[i]) return false;
  }
  return i == topic.size();
}

}  // namespace

FUZZ(input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view pattern = input.substr(0, line);
  const std::string_view topic = input.substr(std::min(line + 1, input.size()));
  try {
    check_pattern(pattern);
  } catch (const std::invalid_argument&) {
    return;
  }
  must(matches(pattern, topic) == plainly(pattern, topic), "a pattern matches by its definition");
  const std::vector<Route> routes{{"room:lobby", {}}, {std::string(pattern), {}}, {"*", {}}};
  const Route* route = find_route(routes, topic);
  must(route != nullptr && plainly(route->pattern, topic), "the route matches the topic");
  must(topic != "room:lobby" || route == &routes[0], "the first that matches wins");
}
