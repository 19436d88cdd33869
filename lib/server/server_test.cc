/// The server's pure parts: frames on the wire, and requests off it.

#include "server/http.h"
#include "server/outbox.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::server;
using namespace phx::testing;
using transport::Request;
using transport::Response;

namespace {

serializer::FramePtr text(std::string bytes) {
  return std::make_shared<const serializer::Frame>(
      serializer::Frame{serializer::Frame::text, std::move(bytes)});
}

std::string drained(Outbox& outbox) {
  std::string bytes;
  while (!outbox.empty()) {
    bytes += outbox.front();
    outbox.done();
  }
  return bytes;
}

const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Two:  spaced \r\n\r\n";

}  // namespace

TEST("frames are framed by RFC 6455, at each of its three sizes") {
  Outbox outbox;
  outbox.add(text("hi"));
  expect_eq(drained(outbox), std::string("\x81\x02hi"));
  outbox.add(text(std::string(126, 'x')));
  expect_eq(drained(outbox).substr(0, 4), std::string("\x81\x7e\x00\x7e", 4));
  outbox.add(text(std::string(65'536, 'x')));
  expect_eq(drained(outbox).substr(0, 10), std::string("\x81\x7f\0\0\0\0\0\1\0\0", 10));
}

TEST("small frames join into one piece, a large one is not copied") {
  Outbox outbox;
  for (int i = 0; i < 100; ++i) outbox.add(text("hello"));
  expect_eq(outbox.front().size(), outbox.bytes());
  const auto large = text(std::string(100'000, 'x'));
  outbox.add(large);
  outbox.done();
  expect(outbox.front().data() == large->bytes.data(), "the piece is the frame itself");
}

TEST("a piece that ends in the middle of a frame says so, and small frames are never cut") {
  Outbox outbox;
  outbox.add(text("small"));
  outbox.add(text(std::string(100'000, 'x')));
  for (int i = 0; i < 20'000; ++i) outbox.add(text("hello"));
  expect(outbox.done(), "the large frame's header is the end of the first piece");
  expect(!outbox.done(), "the large frame is whole");
  while (!outbox.empty()) {
    expect_eq(outbox.front().size() % 7, 0u);  // whole frames: two bytes of header and five more
    outbox.done();
  }
}

TEST("a close frame has its code, or none") {
  Outbox outbox;
  outbox.add_close(1011);
  outbox.add_close(0);
  expect_eq(drained(outbox), std::string("\x88\x02\x03\xf3\x88\x00", 6));
}

TEST("a request is read whole, however it is cut") {
  for (std::size_t cut = 1; cut < get.size(); ++cut) {
    RequestReader reader;
    reader.feed(get.substr(0, cut));
    expect(std::holds_alternative<std::monostate>(reader.next()), "half a request is none");
    reader.feed(get.substr(cut));
    auto whole = reader.next();
    const Request& request = std::get<Request>(whole);
    expect_eq(std::string(request.path()) + " " + std::string(request.query()),
              std::string("/a b=c"));
    expect_eq(std::string(request.header("x-two").value()), std::string("spaced"));
  }
}

TEST("requests come one after the other, with their bodies") {
  RequestReader reader;
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get + "rest");
  expect_eq(std::get<Request>(reader.next()).body, std::string("abc"));
  expect_eq(std::get<Request>(reader.next()).target, std::string("/a?b=c"));
  expect_eq(reader.give_back(), 4u);
}

TEST("HTTP/1.1 without a Host is 400, HTTP/1.0 without one is not") {
  RequestReader reader;
  reader.feed("GET / HTTP/1.1\r\n\r\n");
  expect_eq(std::get<Response>(reader.next()).status, 400);
  RequestReader old;
  old.feed("GET / HTTP/1.0\r\n\r\n");
  expect(std::holds_alternative<Request>(old.next()), "it is a request");
}

TEST("what is no HTTP is 400, a head too long 431, a body too long 400") {
  const auto answer = [](const std::string& bytes, HttpLimits limits = {}) {
    RequestReader reader(limits);
    reader.feed(bytes);
    auto next = reader.next();
    return std::holds_alternative<Response>(next) ? std::get<Response>(next).status : 0;
  };
  expect_eq(answer("rubbish\r\n\r\n"), 400);
  expect_eq(answer("GET / HTTP/1.1\r\nbad header\r\n\r\n"), 400);
  expect_eq(answer("GET / HTTP/1.1\r\nx: " + std::string(2'000, 'y'), {.head = 1'000}), 431);
  expect_eq(answer("POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n", {.body = 1'000}), 400);
}

TEST("an answer's headers can't be broken out of") {
  const std::string bytes =
      to_bytes({403, "no", {{"x-good", "1"}, {"x-bad", "1\r\nset-cookie: a"}}}, false, true);
  expect(bytes.starts_with("HTTP/1.1 403 Forbidden\r\n"), bytes);
  expect(bytes.ends_with("x-good: 1\r\n\r\nno"), bytes);
  expect(bytes.find("cookie") == std::string::npos, bytes);
  expect(to_bytes({200, "body"}, true, false).ends_with("connection: close\r\n\r\n"), "HEAD");
}
