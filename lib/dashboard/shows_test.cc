/// Views are gathered for the pages that show them, each once.

#include "dashboard/shows.h"

#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::dashboard;
using namespace phx::testing;

namespace {

/// Pages, and the questions that are asked for them.
struct Watched {
  Pid page() {
    const std::size_t number = seen.size();
    seen.emplace_back();
    const Pid pid = shard.spawn([this, number](Actor&, Message message) {
      seen[number].push_back(message.get_if<Shown>()->payload.json());
    });
    shard.settle();
    return pid;
  }
  void gather() {
    shows->gather(shard.scheduler);
    shard.settle();
  }

  ActorShard shard;
  std::vector<std::string> asked;
  std::vector<std::vector<Json>> seen;
  std::uint64_t newest = 0;
  std::vector<std::shared_ptr<http::Responder>> waiting;
  std::shared_ptr<Shows> shows = std::make_shared<Shows>(
      [this](const http::Request& request) -> Endpoint::Outcome {
        asked.emplace_back(request.target);
        if (request.path() == "/dashboard/api/slow") {
          return http::Deferred{[this](auto client) { waiting.push_back(std::move(client)); }};
        }
        return http::Response{200, R"({"rows":1})", {}};
      },
      [this](std::string_view path) {
        return path == "log" ? std::optional(newest) : std::nullopt;
      });
};

const View topics{"topics", "top=5"}, log_lines{"log", "level=info"}, slow{"slow", ""};

}  // namespace

PHX_TEST("a view is gathered once, however many pages show it, and not while none does") {
  Watched watched;
  const Pid one = watched.page(), two = watched.page();
  watched.gather();
  expect(watched.asked.empty(), "nobody looks");
  watched.shows->show(one, {topics});
  watched.shows->show(two, {topics});
  watched.gather();
  expect_eq(watched.asked, std::vector<std::string>{"/dashboard/api/topics?top=5"});
  for (const auto& seen : watched.seen) {
    expect_eq(seen.size(), 1u);
    expect_eq(seen[0].dump(),
              R"({"after":0,"path":"topics","query":"top=5","response":{"rows":1},"status":200})");
  }
  watched.shows->show(one, {});
  watched.gather();
  expect_eq(watched.seen[0].size(), 1u);
  expect_eq(watched.seen[1].size(), 2u);
  watched.shows->show(two, {});
  watched.gather();
  expect_eq(watched.asked.size(), 2u);
}

PHX_TEST("of numbered rows, only those since the last time are asked for") {
  Watched watched;
  const Pid page = watched.page();
  watched.newest = 7;
  watched.shows->show(page, {log_lines});
  watched.newest = 9;
  watched.gather();
  watched.gather();
  expect_eq(watched.asked, std::vector<std::string>{"/dashboard/api/log?level=info&after=7",
                                                    "/dashboard/api/log?level=info&after=9"});
  expect_eq(watched.seen[0].at(1)["after"].integer_or(0), 9LL);
}

PHX_TEST("a view that takes long is not gathered a second time meanwhile") {
  Watched watched;
  const Pid page = watched.page();
  watched.shows->show(page, {slow});
  watched.gather();
  watched.gather();
  expect_eq(watched.waiting.size(), 1u);
  watched.waiting[0]->respond({503, R"({"errors":{}})", {}});
  watched.shard.settle();
  expect_eq(watched.seen[0].at(0)["status"].integer_or(0), 503LL);
  watched.gather();
  expect_eq(watched.waiting.size(), 2u);
}

PHX_TEST("all pages together show a limited number of views") {
  Watched watched;
  const Pid one = watched.page(), two = watched.page();
  std::set<View> many;
  for (std::size_t i = 0; i < Shows::max_views; ++i) many.insert({"topics", std::to_string(i)});
  expect(watched.shows->show(one, many), "up to the limit");
  expect(!watched.shows->show(two, {topics}), "one more is refused");
  expect(watched.shows->show(two, {*many.begin()}), "one that another shows is not");
  watched.shows->show(one, {});
  expect(watched.shows->show(two, {topics}), "now there is room");
  watched.gather();
  expect_eq(watched.seen[0].size() + watched.seen[1].size(), 1u);
}
