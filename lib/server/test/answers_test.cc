/// Answers through a socket that takes a part at a time.

#include <csignal>
#include <thread>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// More than a kernel takes at once, and different at each position. Made before a client waits for
/// it: under a sanitizer that takes seconds.
const std::string numbers = [] {
  std::string text;
  for (int i = 10'000'000; i < 12'000'000; ++i) text += std::to_string(i);
  return text;
}();

/// The answers to these requests, sent on one connection by a client that reads slowly.
std::string told(const std::string& requests) {
  Endpoint endpoint;
  endpoint.get("/numbers", [](const auto&) { return http::Response{200, numbers}; });
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
  server.start();
  std::string answer;
  {
    const TcpClient client(server.port(), 4'096);
    client.write(requests);
    answer = client.rest();
  }
  server.stop();
  return answer;
}

const std::string last_request = get("/", "Connection: close\r\n");

}  // namespace

PHX_TEST("an answer that takes many writes comes whole, and the next one after it") {
  const std::string answer = told(get("/numbers") + last_request);
  const std::size_t body = answer.find("\r\n\r\n") + 4;
  expect(answer.substr(0, body).find("content-length: 16000000\r\n") != std::string::npos,
         "a head");
  expect(answer.compare(body, numbers.size(), numbers) == 0, "the body, as it was given");
  expect(answer.substr(body + numbers.size()).starts_with("HTTP/1.1 200 OK\r\n"), "the next head");
  expect(answer.ends_with("\r\n\r\nhello"), "and its body");
}

PHX_TEST("an answer to HEAD has the length of its body, and no body") {
  const std::string answer = told("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + last_request);
  expect(answer.find("content-length: 5\r\n") != std::string::npos, answer);
  expect(answer.find("hello") == answer.size() - 5, answer);
}
