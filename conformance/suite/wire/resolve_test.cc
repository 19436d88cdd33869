/// Names with several addresses, and a server that listens on one of them.

#include "conformance/suite/wire/resolve.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

/// Listens only on 127.0.0.1.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    const bool listens =
        ::bind(fd_, any, size) == 0 && ::listen(fd_, 1) == 0 && ::getsockname(fd_, any, &size) == 0;
    expect(listens, "a free port of 127.0.0.1");
    port = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd_); }

  int port = 0;

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
};

PHX_TEST("of several addresses the one that answers is used") {
  const Listener listener;
  expect_eq(first_that_answers({"::1", "127.0.0.1"}, listener.port), std::string("127.0.0.1"));
  expect_eq(first_that_answers({"127.0.0.1", "::1"}, listener.port), std::string("127.0.0.1"));
}

PHX_TEST("if none answers the first is used, whose error says why") {
  int nobodys = 0;
  {
    const Listener listener;
    nobodys = listener.port;
  }
  expect_eq(first_that_answers({"::1", "127.0.0.1"}, nobodys), std::string("::1"));
}

PHX_TEST("an address stays as it is, and so does an unknown name") {
  expect_eq(reachable_address({.host = "127.0.0.1", .port = 1}), std::string("127.0.0.1"));
  expect_eq(reachable_address({.host = "[::1]", .port = 1}), std::string("::1"));
  expect_eq(reachable_address({.host = "nobody.invalid", .port = 1}),
            std::string("nobody.invalid"));
}

PHX_TEST("localhost is this machine") {
  const Listener listener;
  expect_eq(reachable_address({.host = "localhost", .port = listener.port}),
            std::string("127.0.0.1"));
}

}  // namespace
