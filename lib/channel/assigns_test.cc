/// What the channels of one connection share, and what is each one's own.

#include "channel/assigns.h"

#include <string>
#include <thread>
#include <vector>

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("copies share their values until one of them changes") {
  Assigns connection{{"user", "ann"}};
  Assigns channel = connection;
  expect(&channel.find("user")->second == &connection.find("user")->second,
         "one value, kept twice");
  channel["user"] = "bob";
  channel["seat"] = 3;
  expect_eq(connection.find("user")->second, Json("ann"));
  expect(!connection.contains("seat"), "it is the channel's own");
  expect_eq(channel.find("user")->second, Json("bob"));
  expect_eq(channel.size(), std::size_t{2});
}

PHX_TEST("one value may be written from another, and what is not there is null") {
  Assigns assigns;
  expect(assigns.empty() && assigns.begin() == assigns.end(), "nothing is there");
  assigns["b"] = "kept";
  assigns["a"] = assigns["b"];
  expect_eq(assigns["a"], Json("kept"));
  expect(assigns["none"].is_null(), "null, and made");
  expect_eq(assigns.erase("none"), std::size_t{1});
  expect_eq(assigns.erase("none"), std::size_t{0});
  expect_eq(assigns.size(), std::size_t{2});
}

PHX_TEST("values stand in the order of their names, and a reference outlives what is added") {
  Assigns assigns{{"m", 1}, {"z", 2}, {"m", 3}};
  Json& kept = assigns["m"];
  for (const char* name : {"n", "a", "zz"}) assigns[name] = name;
  kept = 4;
  std::string all;
  for (const auto& [name, value] : assigns) all += std::string(name) + "=" + value.dump() + " ";
  expect_eq(all, std::string(R"(a="a" m=4 n="n" z=2 zz="zz" )"));
  expect_eq(assigns.erase("n") + assigns.erase("a"), std::size_t{2});
  expect(!assigns.contains("n") && assigns.contains("z"), "only those two are gone");
}

PHX_TEST("threads change and destroy copies of the same values") {
  Assigns connection{{"count", 0}};
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([channel = connection]() mutable {
      for (int n = 1; n <= 1'000; ++n) {
        Assigns next = channel;
        next["count"] = n;
        channel = std::move(next);
      }
      expect_eq(channel.find("count")->second, Json(1'000));
    });
  }
  for (std::thread& worker : workers) worker.join();
  expect_eq(connection.find("count")->second, Json(0));
}
