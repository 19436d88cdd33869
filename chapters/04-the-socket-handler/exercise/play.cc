/// Topic patterns, played at random. The sentence of a bad pattern's error is free but for what
/// [13] to [15] say of it.

#include "socket/topic.h"

#include <stdexcept>

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using exercise::Sequence;

std::string topic_of(Sequence& steps) {
  return steps.of({"", "a", "room", "Room"}) +
         steps.of<std::string>(
             {"", "", ":", "*", ":b", std::string("\0", 1), "\n", std::string(300, 'x')}) +
         steps.of({"", "", "a", "*"});
}
std::string pattern_of(Sequence& steps) { return topic_of(steps) + steps.of({"*", "", "*", "*a"}); }
/// Mostly a topic that a pattern takes, or takes but for its last letter.
std::string near(Sequence& steps, std::string pattern) {
  const unsigned how = steps.below(6);
  if (how == 5) return topic_of(steps);
  if (how == 4) return pattern;
  if (pattern.ends_with('*')) pattern.pop_back();
  if (how == 3 && !pattern.empty()) pattern.pop_back();
  return pattern + steps.of({"", "", "a", ":", "*", ":b:c"});
}

std::string complaint(const std::string& pattern) {
  try {
    socket::check_pattern(pattern);
  } catch (const std::invalid_argument& error) {
    const std::string_view said = error.what();
    const auto says = [&](const std::string& text) {
      return said.find(text) != std::string_view::npos ? "says " : "does not say ";
    };
    return std::string("is bad: ") + says("expected") + "what was expected, " +
           says("\"" + pattern + "\"") + "what came, " + says("\"room:*\"") + "how to mend it";
  }
  return "is good";
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  std::vector<socket::Route> routes;
  while (steps.next()) {
    const unsigned what = steps.below(4);
    if (what == 0) {
      const std::string pattern = pattern_of(steps);
      const std::string topic = near(steps, pattern);
      steps.does({1, 2, 3, 4, 5}, "matches(\"" + pattern + "\", \"" + topic + "\")");
      steps.comes(socket::matches(pattern, topic) ? "true" : "false");
    } else if (what == 1) {
      const std::string pattern = pattern_of(steps);
      steps.does({9, 10, 11, 12, 13, 14, 15}, "check_pattern(\"" + pattern + "\")");
      steps.comes_of([&] { return complaint(pattern); });
    } else if (what == 2) {
      routes.push_back({pattern_of(steps), {}, {}});
      steps.does({6}, "a further route takes \"" + routes.back().pattern + "\"");
    } else {
      const std::size_t which =
          routes.empty() ? 0 : steps.below(static_cast<unsigned>(routes.size()));
      const std::string topic = near(steps, routes.empty() ? "" : routes[which].pattern);
      steps.does({6, 7, 8}, "find_route(routes, \"" + topic + "\")");
      const socket::Route* found = socket::find_route(routes, topic);
      const bool inside = found >= routes.data() && found < routes.data() + routes.size();
      steps.comes(found == nullptr ? "null"
                  : inside         ? "route " + std::to_string(found - routes.data() + 1)
                                   : "a pointer that is not into routes");
    }
  }
}
