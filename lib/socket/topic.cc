/// Topic patterns. They do not depend on sockets, so they have a test of their own.

#include "socket/topic.h"

#include <algorithm>
#include <stdexcept>

namespace phx::socket {

bool matches(std::string_view pattern, std::string_view topic) {
  if (!pattern.ends_with('*')) return pattern == topic;
  return topic.starts_with(pattern.substr(0, pattern.size() - 1));
}

const Route* find_route(const std::vector<Route>& routes, std::string_view topic) {
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
    return matches(route.pattern, topic);
  });
  return found == routes.end() ? nullptr : &*found;
}

void check_pattern(std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (!pattern.empty() && (star == std::string_view::npos || star == pattern.size() - 1)) return;
  throw std::invalid_argument(
      "expected a topic pattern such as \"room:lobby\" or \"room:*\", got \"" +
      std::string(pattern) + "\"");
}

}  // namespace phx::socket
