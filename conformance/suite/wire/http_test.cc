/// Requests out, responses back, and the accept key between them.

#include "conformance/suite/wire/http.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;
using testing::expect_throw;

PHX_TEST("the accept key is the one of RFC 6455, 1.3") {
  expect_eq(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

PHX_TEST("a request is written as given, in order") {
  const Request request = Request{.target = "/a?b"}.with("Host", "h").with("X", "1").by("POST");
  expect_eq(request.text(), std::string("POST /a?b HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n"));
  expect_eq(request.without("host").text(), std::string("POST /a?b HTTP/1.1\r\nX: 1\r\n\r\n"));
}

PHX_TEST("a body adds its length") {
  const Request request{.method = "POST", .target = "/", .body = "four"};
  expect_eq(request.text(), std::string("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nfour"));
}

PHX_TEST("a 101 has no body: frames follow") {
  const auto read = read_response("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n\x81", false, false);
  expect(read.has_value(), "it is whole");
  expect_eq(read->size, std::size_t{38});
  expect_eq(read->response.header("UPGRADE").value_or(""), std::string("websocket"));
}

PHX_TEST("a response waits for as many bytes as it announces") {
  const std::string head = "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n";
  expect(!read_response(head + "no", false, false).has_value(), "two of three are not enough");
  expect_eq(read_response(head + "non", false, false)->response.body, std::string("non"));
  expect_throw<std::runtime_error>([&head] { read_response(head + "no", true, false); });
}

PHX_TEST("chunks are joined") {
  const auto read = read_response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
      false, false);
  expect_eq(read->response.body, std::string("abcde"));
}

PHX_TEST("without a length the body ends with the connection") {
  const std::string bytes = "HTTP/1.0 500 X\r\n\r\nsorry";
  expect(!read_response(bytes, false, false).has_value(), "more may come");
  expect_eq(read_response(bytes, true, false)->response.body, std::string("sorry"));
}

PHX_TEST("the answer to a HEAD has no body, whatever it announces") {
  const auto read = read_response("HTTP/1.1 400 X\r\nContent-Length: 9\r\n\r\n", false, true);
  expect_eq(read->response.status, 400);
}

PHX_TEST("bytes that are not HTTP are reported as such") {
  expect_throw<std::runtime_error>([] { read_response("SSH-2.0\r\n\r\n", false, false); });
}

}  // namespace
