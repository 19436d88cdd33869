/// Which clients may begin a long-poll session when places are short, and which give theirs up.

#include "transport/longpoll_places.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using phx::process::Pid;
using phx::transport::LongpollPlaces;

namespace {

/// Places and their holders. Sessions are numbered from 1.
struct Fixture {
  LongpollPlaces places;
  std::vector<LongpollPlaces::Place> held;
  explicit Fixture(transport::LongpollLimits limits) : places(limits) {}

  /// The new session, and those that end for it: `3 -1`; `none of 2` if there is no room.
  std::string begin(const std::string& address, std::uint16_t port = 1) {
    const auto admission = places.admit(address, port);
    if (!admission.place) return "none of " + std::to_string(admission.limit);
    held.push_back(admission.place);
    places.begun(admission.place, pid(held.size()));
    std::string told = std::to_string(held.size());
    for (const Pid left : admission.leave)
      told += " -" + std::to_string(std::uint64_t{left.serial});
    return told;
  }
  void poll(std::size_t session) { places.used(pid(session)); }
  void end(std::size_t session) { held[session - 1].reset(); }
  static Pid pid(std::size_t session) { return {0, session}; }
};

}  // namespace

PHX_TEST(
    "if all places are taken, the oldest newcomer gives up its own, and a client that polls keeps "
    "it") {
  Fixture f({.all = 3});
  expect_eq(f.begin("a"), std::string("1"));
  expect_eq(f.begin("b"), std::string("2"));
  f.poll(1);
  expect_eq(f.begin("c"), std::string("3"));
  expect_eq(f.begin("d"), std::string("4 -2"));
  expect_eq(f.places.living(), 3u);
  f.end(2);  // had given up its place
  expect_eq(f.places.living(), 3u);
  f.poll(3);
  f.poll(4);
  expect_eq(f.begin("e"), std::string("none of 3"));
  f.end(1);
  expect_eq(f.begin("e"), std::string("5"));
}

PHX_TEST("an address has its limit, and its own newcomers make room for its next ones") {
  Fixture f({.all = 100, .an_address = 2});
  f.begin("a", 1);
  f.begin("a", 2);
  expect_eq(f.begin("a", 3), std::string("3 -1"));
  expect_eq(f.begin("b"), std::string("4"));
  f.poll(2);
  f.poll(3);
  expect_eq(f.begin("a", 4), std::string("none of 2"));
  expect_eq(f.begin("b"), std::string("5"));
}

PHX_TEST("the newcomers of one connection replace only each other") {
  Fixture f({.newcomers = 2});
  expect_eq(f.begin("a", 7), std::string("1"));
  expect_eq(f.begin("a", 8), std::string("2"));
  f.begin("a", 8);
  expect_eq(f.begin("a", 8), std::string("4 -2"));
  expect_eq(f.begin("a", 8), std::string("5 -3"));
  f.poll(4);
  expect_eq(f.begin("a", 8), std::string("6"));
  expect_eq(f.begin("b", 8), std::string("7"));
  expect_eq(f.places.living(), 5u);
}

PHX_TEST("all IPv6 addresses of one /64 count as one, and each IPv4 address by itself") {
  Fixture f({.an_address = 1});
  f.begin("2001:db8::1");
  expect_eq(f.begin("2001:db8::ffff:2"), std::string("2 -1"));
  expect_eq(f.begin("2001:db8:0:1::1"), std::string("3"));
  expect_eq(f.begin("192.0.2.1"), std::string("4"));
  expect_eq(f.begin("192.0.2.2"), std::string("5"));
}

PHX_TEST("a place outlives its table, and a session that ends leaves nothing") {
  LongpollPlaces::Place place;
  {
    Fixture f({});
    f.begin("a");
    place = f.held[0];
    f.end(1);
    expect_eq(f.places.living(), 1u);
  }
  place.reset();
  Fixture g({});
  g.begin("a");
  g.end(1);
  expect_eq(g.places.living(), 0u);
}

PHX_TEST("clients behind a proxy do not count as one connection of their address") {
  Fixture f({.all = 100, .an_address = 10, .newcomers = 2});
  for (int i = 1; i <= 10; ++i) expect_eq(f.begin("a", 0), std::to_string(i));
  expect_eq(f.begin("a", 0), std::string("11 -1"));
}
