/// The same peer, in a server's different spellings.

#include "conformance/suite/wire/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

PHX_TEST("an IPv4 address equals its mapped form of a server that listens on ::") {
  for (const char* told : {"127.0.0.1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1", "::ffff:7f00:1"}) {
    expect(same_address(told, "127.0.0.1"), told);
  }
}

PHX_TEST("another address is not the same, nor is another text") {
  for (const char* told :
       {"127.0.0.2", "::ffff:127.0.0.2", "::1", "::127.0.0.1", "", "localhost"}) {
    expect(!same_address(told, "127.0.0.1"), told);
  }
  expect(!same_address("", ""), "neither is an address");
  expect(same_address("0:0:0:0:0:0:0:1", "::1"), "IPv6 in full");
}

PHX_TEST("an address is read without its port") {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(4000);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  expect_eq(address_text(storage), std::string("127.0.0.1"));
  storage = {};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  expect_eq(address_text(storage), std::string("::1"));
  storage = {};
  expect_eq(address_text(storage), std::string());
}

}  // namespace
