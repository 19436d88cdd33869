/// The names of events that channels intercept: kept once.

#include "channel/intercepts.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {
using channel::Intercepts;

using Names = std::vector<std::string>;

PHX_TEST("channels that intercept the same events keep their names once") {
  const auto names_of = [](Names names) { return Intercepts(std::move(names)); };
  const Intercepts first = names_of({"seen", "filtered"});
  const Intercepts other = names_of({"filtered"});
  const Intercepts again = names_of({"seen", "filtered"});
  expect(&again.names() == &first.names(), "the list is the same object");
  expect_eq(other.names(), Names{"filtered"});
  expect(names_of({}).names().empty(), "a channel that intercepts nothing has no names");
  for (int i = 0; i < 20; ++i) names_of({std::to_string(i)});
  expect_eq(first.names(), Names{"seen", "filtered"});  // after others have taken its place
  expect_eq(names_of({"seen", "filtered"}).names(), first.names());
}

}  // namespace
