/// Clients that reset their connection (RST) while their answer is made. Writing to them fails, and
/// nothing more is read from them; their place is still freed.

#include <future>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A server with room for one client, whose page is answered when the test says so.
class OnePlace {
 public:
  explicit OnePlace(std::optional<TlsOptions> tls = {})
      : server_(endpoint_, {.port = 0, .shards = 1, .max_connections = 1, .tls = std::move(tls)},
                Log::silent()) {
    endpoint_.get("/", [](const auto&) { return http::Response{200, "hello"}; });
    endpoint_.get("/late", [this](const auto&) {
      asked_.set_value();
      may_answer_.get_future().wait();
      return http::Response{200, "late"};
    });
    server_.start();
  }

  std::uint16_t port() const { return server_.port(); }
  /// Returns while the answer is being made.
  void wait_for_request() { asked_.get_future().wait(); }
  void answer() { may_answer_.set_value(); }

 private:
  std::promise<void> asked_, may_answer_;
  Endpoint endpoint_;
  Server server_;
};

const std::string hello = get("/", "Connection: close\r\n");

/// Waits until another client is answered; while the place is taken, it is refused.
template <class Client, class... Arguments>
void expect_room(const Arguments&... arguments) {
  const auto is_answered = [&] {
    try {
      Client client(arguments...);
      client.write(hello);
      return client.rest().find("hello") != std::string::npos;
    } catch (const Failure&) {
      return false;
    }
  };
  const auto began = Clock::now();
  while (!is_answered()) expect(Clock::now() - began < Millis{20'000}, "there is room again");
}

}  // namespace

PHX_TEST("a client that resets its connection while its answer is made frees its place") {
  OnePlace server;
  TcpClient client(server.port());
  client.write(get("/late"));
  server.wait_for_request();
  client.reset();
  server.answer();
  expect_room<TcpClient>(server.port());
}

PHX_TEST("so does a client over TLS") {
  const Certificate certificate;
  OnePlace server(TlsOptions{certificate.cert(), certificate.key()});
  TlsClient client(server.port(), certificate);
  client.write(get("/late"));
  server.wait_for_request();
  client.reset();
  server.answer();
  expect_room<TlsClient>(server.port(), certificate);
}
