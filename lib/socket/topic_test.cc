/// Which pattern matches which topic.

#include "socket/topic.h"

#include "testing/case.h"
#include "testing/each.h"

using namespace phx::socket;
using namespace phx::testing;
using namespace std::string_view_literals;

PHX_TEST("a star matches any rest, even an empty one or further colons") {
  for (const char* topic : {"room:", "room:a", "room:a:b", "room:*", "room:\xc3\xa9 x"}) {
    expect(matches("room:*", topic), std::string("room:* takes ") + topic);
  }
  for (const char* topic : {"room", "Room:a", "rooms:a", "", "aroom:a"}) {
    expect(!matches("room:*", topic), std::string("room:* does not match ") + topic);
  }
}

PHX_TEST("without a star a pattern matches only itself") {
  expect(matches("room:lobby", "room:lobby"), "it matches itself");
  expect(!matches("room:lobby", "room:lobby2") && !matches("room:lobby", "room:"),
         "it matches nothing else");
}

PHX_TEST("the rest may hold any byte, and a star alone takes every topic") {
  for (const std::string_view rest : {"\n"sv, "\0"sv, "\0b"sv, "\xff"sv, " "sv}) {
    expect(matches("room:*", "room:" + std::string(rest)), "room:* takes any byte after it");
  }
  for (const std::string_view topic : {""sv, "x"sv, "*"sv, "\0"sv}) {
    expect(matches("*", topic), "* takes every topic");
  }
}

PHX_TEST("without a star at its end a pattern is compared byte for byte") {
  expect(!matches("room:a", "room:a\0b"sv) && !matches("room:a\0b"sv, "room:a"), "a NUL is a byte");
  expect(matches("room:a\0b"sv, "room:a\0b"sv) && !matches("room:a\0b"sv, "room:a\0c"sv),
         "so are those after it");
  expect(matches("a*b", "a*b") && !matches("a*b", "axb") && !matches("a*b", "ab"),
         "a star in the middle is a byte, too");
  expect(!matches("room:a", "room:A") && !matches("Room:a", "room:a"),
         "the case of letters counts");
  expect(matches("", "") && !matches("", "a"), "the empty pattern takes the empty topic");
}

PHX_TEST("the first route that matches wins") {
  const std::vector<Route> routes = {{"room:lobby", {}}, {"room:*", {}}};
  expect(find_route(routes, "room:lobby") == &routes[0], "room:lobby is the first route's");
  expect(find_route(routes, "room:x") == &routes[1], "room:x is the second route's");
  expect(find_route(routes, "x") == nullptr, "x belongs to no route");
}

PHX_TEST("a pattern with a star elsewhere is refused with an example") {
  each({"", "*:room", "room:*:x", "**"},
       [](const char* bad) { expect_throw<std::invalid_argument>([&] { check_pattern(bad); }); });
  for (const char* good : {"*", "room:*", "room:lobby", ":", "room"}) check_pattern(good);
}

PHX_TEST("the refusal of a pattern says what was expected, what came, and how a good one looks") {
  for (const std::string bad : {"", "*:room", "**"}) {
    const std::string said = expect_throw<std::invalid_argument>([&] { check_pattern(bad); });
    for (const std::string& words :
         {std::string("expected"), '"' + bad + '"', std::string("\"room:*\"")}) {
      expect(said.find(words) != std::string::npos, "for the pattern \"" + bad +
                                                        "\": expected the sentence to say " +
                                                        words + ", it says: " + said);
    }
  }
}
