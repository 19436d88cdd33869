/// A host with several addresses: the one that answers is used.

#include "conformance/load/client/target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "conformance/load/client/error.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;

/// A listener on a free port of 127.0.0.1; no other address has one there.
struct Listening {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  Listening() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    expect(bind(fd, any, size) == 0 && listen(fd, 4) == 0 && getsockname(fd, any, &size) == 0,
           "it listens");
  }
  ~Listening() { close(fd); }
  std::uint16_t port() const { return ntohs(address.sin_port); }
};

Address loopback_v6(std::uint16_t port) {
  Address address;
  auto& bytes = reinterpret_cast<sockaddr_in6&>(address.bytes);
  bytes.sin6_family = AF_INET6;
  bytes.sin6_addr = in6addr_loopback;
  bytes.sin6_port = htons(port);
  address.size = sizeof bytes;
  return address;
}

PHX_TEST("of several addresses the first that accepts is used") {
  const Listening server;
  Target target{"127.0.0.1", server.port(), "/socket", std::nullopt};
  resolve(target);
  expect_eq(target.addresses.size(), 1U);
  target.addresses.insert(target.addresses.begin(), loopback_v6(server.port()));
  knock(target);
  expect_eq(target.addresses.front().bytes.ss_family, AF_INET);
  expect_eq(target.addresses.size(), 2U);
  close(start_connecting(target));
}

PHX_TEST("if no address accepts, the server is unreachable") {
  Target target{"127.0.0.1", 1, "/socket", std::nullopt};
  resolve(target);
  target.addresses.push_back(loopback_v6(1));
  expect(!accepts(target), "port 1 is silent");
  testing::expect_throw<Unreachable>([&] { knock(target); });
}

PHX_TEST("an IPv6 host has an address too") {
  Target target{"::1", 4'000, "/socket", std::nullopt};
  resolve(target);
  expect_eq(target.addresses.front().bytes.ss_family, AF_INET6);
}

}  // namespace
