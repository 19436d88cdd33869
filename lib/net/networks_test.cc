/// Which addresses a list of networks contains.

#include "net/networks.h"

#include "base/option_error.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

bool contains(const char* network, const char* address) {
  return net::Networks({network}, "").contain(address);
}

}  // namespace

PHX_TEST("a network contains the addresses with its first bits") {
  expect(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"), "/8");
  expect(contains("192.168.1.128/25", "192.168.1.200"), "/25");
  expect(!contains("192.168.1.128/25", "192.168.1.100"), "/25, the other half");
  expect(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"), "one address");
  expect(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "2001:db8::1"), "all of IPv4");
  expect(contains("fd00::/8", "fd12::1") && !contains("fd00::/8", "fe80::1"), "IPv6");
  expect(contains("::1", "::1") && contains("::/0", "2001:db8::1"), "one of IPv6, and all");
  expect(contains("10.0.0.0/8", "::ffff:10.0.0.1"), "IPv4 in IPv6's form");
}

PHX_TEST("text that is not an address is in no network; an empty list contains nothing") {
  for (const char* text : {"", "unknown", "_hidden", "10.0.0.1:80", "[::1]", "10.0.0.1 "}) {
    expect(!contains("0.0.0.0/0", text) && !contains("::/0", text), text);
  }
  expect(!net::Networks().contain("127.0.0.1"), "none");
}

PHX_TEST("a list with another text is refused, and the error says what was expected") {
  for (const char* text :
       {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8x", "proxy", "/8"}) {
    const std::string said =
        expect_throw<OptionError>([&] { net::Networks({text}, "ServerOptions::trusted_proxies"); });
    expect(said.find("10.0.0.0/8 or fd00::/8") != std::string::npos, said);
  }
}
