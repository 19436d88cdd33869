/// Limits on addresses, without a socket.

#include "server/addresses.h"

#include <vector>

#include "testing/case.h"

using namespace phx::server;
using namespace phx::testing;

PHX_TEST("each address has its own limit") {
  Addresses addresses(2);
  const auto first = addresses.admit("10.0.0.1"), second = addresses.admit("10.0.0.1");
  expect(first.place && second.place, "two are admitted");
  expect(!addresses.admit("10.0.0.1").place, "the third is not");
  expect(addresses.admit("10.0.0.2").place != nullptr, "another address is admitted");
}

PHX_TEST(
    "a released place can be taken again, and an address without connections takes no memory") {
  Addresses addresses(1);
  auto held = addresses.admit("10.0.0.1");
  held.place.reset();
  expect_eq(addresses.known(), 0u);
  expect(addresses.admit("10.0.0.1").place != nullptr, "there is room again");
}

PHX_TEST("the first refusal differs from those that follow, until there is room again") {
  Addresses addresses(1);
  auto held = addresses.admit("10.0.0.1");
  expect(addresses.admit("10.0.0.1").first_refusal, "the first");
  expect(!addresses.admit("10.0.0.1").first_refusal, "the second");
  held.place.reset();
  held = addresses.admit("10.0.0.1");
  expect(addresses.admit("10.0.0.1").first_refusal, "the first again");
}

PHX_TEST("a place may outlive the list") {
  Addresses::Place place;
  {
    Addresses addresses(1);
    place = addresses.admit("10.0.0.1").place;
  }
  place.reset();
}

PHX_TEST("IPv4 clients that a proxy writes as IPv6 are not one address") {
  Addresses addresses(1);
  const auto first = addresses.admit("::ffff:203.0.113.7");
  const auto second = addresses.admit("::ffff:203.0.113.8");
  expect(first.place && second.place, "two clients");
  expect(!addresses.admit("203.0.113.7").place, "the first one in its other form");
}

PHX_TEST("an IPv6 /64 is one address") {
  Addresses addresses(1);
  const auto first = addresses.admit("2001:db8:0:1::1");
  expect(!addresses.admit("2001:db8::1:0:0:0:2").place, "a neighbour");
  expect(addresses.admit("2001:db8:0:2::1").place != nullptr, "another site");
}
