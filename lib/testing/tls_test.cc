/// The tests' own client: its reads survive interruptions.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "testing/case.h"
#include "testing/tls.h"

using namespace phx::testing;

namespace {

/// A listening socket on a free port of 127.0.0.1.
class Listening {
 public:
  Listening() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* any = reinterpret_cast<sockaddr*>(&address_);
    const bool listens = ::bind(socket_, any, size) == 0 && ::listen(socket_, 1) == 0 &&
                         ::getsockname(socket_, any, &size) == 0;
    expect(listens, "a port to listen on");
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() { ::close(socket_); }

  std::uint16_t port() const { return ntohs(address_.sin_port); }
  int accept() const { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }

 private:
  int socket_;
  sockaddr_in address_{};
};

std::atomic<int> interruptions = 0;

}  // namespace

PHX_TEST("a client that is interrupted reads on") {
  constexpr int enough = 100;
  struct sigaction counting {};  // without SA_RESTART
  counting.sa_handler = [](int) { ++interruptions; };
  ::sigaction(SIGUSR1, &counting, nullptr);
  const Listening listening;
  const TcpClient client(listening.port());
  std::thread server([&listening, reader = ::pthread_self()] {
    const int socket = listening.accept();
    while (interruptions < enough) {
      ::pthread_kill(reader, SIGUSR1);
      std::this_thread::yield();
    }
    ::send(socket, "hello", 5, MSG_NOSIGNAL);
    ::close(socket);
  });

  std::string heard;
  try {
    heard = client.rest();
  } catch (const Failure& failure) {
    heard = failure.what();
  }

  server.join();
  expect_eq(heard, std::string("hello"));
}
