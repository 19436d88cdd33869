/// A request's client behind a proxy.

#include "server/forwarded.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

const net::Networks proxies({"127.0.0.1", "10.0.0.0/8"}, "");

std::string client(const char* peer, http::Request::Headers headers) {
  http::Request request{"GET", "/"};
  request.peer = peer;
  request.headers = std::move(headers);
  return server::forwarded_for(request, proxies).value_or("-");
}

std::string said(const char* peer, const char* header) {
  return client(peer, {{"x-forwarded-for", header}});
}

}  // namespace

PHX_TEST("the last address, from a trusted proxy, counts, not what its client wrote before") {
  expect_eq(said("127.0.0.1", "203.0.113.7"), std::string("203.0.113.7"));
  expect_eq(said("127.0.0.1", "6.6.6.6, 203.0.113.7"), std::string("203.0.113.7"));
  expect_eq(said("127.0.0.1", "6.6.6.6,203.0.113.7, 10.1.2.3"), std::string("203.0.113.7"));
  expect_eq(said("10.9.9.9", "2001:db8::7"), std::string("2001:db8::7"));
}

PHX_TEST("no other peer's header counts, and without the header or an address the peer stays") {
  expect_eq(said("203.0.113.9", "6.6.6.6"), std::string("-"));
  expect_eq(client("127.0.0.1", {}), std::string("-"));
  for (const char* header :
       {"", "unknown", "6.6.6.6, unknown", "6.6.6.6, 203.0.113.7:80", "10.0.0.1"}) {
    expect_eq(said("127.0.0.1", header), std::string("-"));
  }
}
