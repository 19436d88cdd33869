/// A world is the same each time, and a story is short.

#include "conformance/simulation/play.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "conformance/simulation/story.h"
#include "testing/case.h"

using namespace phx::simulation;
using namespace phx::testing;

PHX_TEST("the same seed gives the same trace to the byte, another seed another") {
  const Play seven{.seed = 7, .keeps_trace = true};
  const Played once = play(seven);
  const Played twice = play(seven);
  const Played other = play({.seed = 8, .keeps_trace = true});
  expect(once.trace.size() > 10'000, "much happens in a world");
  expect(once.trace == twice.trace, "both traces are the same");
  expect(once.trace != other.trace, "another seed's trace is another");
  expect_eq(once.outcome.hash, twice.outcome.hash);
}

/// Other machines, allocators and compilers give other addresses. Here free places of many sizes
/// lie between those that are taken, in another way each time.
PHX_TEST("where objects lie in memory changes nothing in a world") {
  std::vector<std::unique_ptr<char[]>> taken;
  for (const char* world : {"chat", "longpoll", "presence", "cluster", "deploy"}) {
    for (const std::uint64_t seed : {11, 12, 13, 14}) {
      const std::uint64_t hash = play({.world = world, .seed = seed}).outcome.hash;
      for (std::size_t i = 0; i < 3'000; ++i) {
        taken.push_back(std::make_unique<char[]>(16 + i * 7 % 1'000));
        if (i % 3 == seed % 3) taken[taken.size() / 2].reset();
      }
      expect_eq(play({.world = world, .seed = seed}).outcome.hash, hash);
    }
  }
}

PHX_TEST("a trace that is not kept has the same hash") {
  expect_eq(play({.seed = 7}).outcome.hash, play({.seed = 7, .keeps_trace = true}).outcome.hash);
}

PHX_TEST("a story names the seed and the actions that were kept, and shows the frames") {
  const Played played = play({.seed = 7, .kept = {{0, 1, 2, 3}}, .keeps_trace = true});
  const std::string story = story_of(played);
  for (const char* part :
       {"make simulate SEED=7 KEEP=0,1,2,3", "──▶ GET /socket/websocket", "connects"}) {
    expect(story.find(part) != story.npos, std::string("the story has ") + part + ":\n" + story);
  }
  expect(played.har.starts_with(R"({"log":)"), "there is a HAR");
}

PHX_TEST("a world without the actions that a list leaves out is played without them") {
  const Scene all = whole_scene({.seed = 7});
  const Scene some = scene_of({.seed = 7, .kept = {{1, 4}}});
  expect_eq(some.actions.size(), 2u);
  expect_eq(to_string(some.actions[1]), to_string(all.actions[4]));
}

PHX_TEST("a world is given up once its time is over, and then breaks nothing") {
  const Play all{.seed = 7};
  Play brief = all;
  brief.until = Host::beginning + phx::Millis{1'000};
  expect(!play(brief).outcome.violation, "nothing is broken");
  expect_eq(play(brief).outcome.frames, 0u);
  expect(play(all).outcome.frames > 0, "the whole world has frames");
}

PHX_TEST("an unknown world is refused by its name") {
  expect(expect_throw<std::invalid_argument>([] { whole_scene({.world = "moon"}); }).find("moon") !=
             std::string::npos,
         "the name");
}
