/// Requests from the wire: whole, in pieces, and refused.

#include "http/request_reader.h"

#include "testing/case.h"

using namespace phx::http;
using namespace phx::testing;

namespace {

const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Two:  spaced \r\n\r\n";

}  // namespace

PHX_TEST("a request is read whole, however it is cut") {
  for (std::size_t cut = 1; cut < get.size(); ++cut) {
    RequestReader reader;
    reader.feed(get.substr(0, cut));
    expect(std::holds_alternative<std::monostate>(reader.next()), "half a request is not read");
    reader.feed(get.substr(cut));
    auto whole = reader.next();
    const Request& request = std::get<Request>(whole);
    expect_eq(std::string(request.path()) + " " + std::string(request.query()),
              std::string("/a b=c"));
    expect_eq(std::string(request.header("x-two").value()), std::string("spaced"));
  }
}

PHX_TEST("requests are read one after the other, with their bodies") {
  RequestReader reader;
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get + "rest");
  expect_eq(std::get<Request>(reader.next()).body, std::string("abc"));
  expect_eq(std::get<Request>(reader.next()).target, std::string("/a?b=c"));
  expect_eq(reader.take_rest(), std::string("rest"));
}

PHX_TEST("HTTP/1.1 without a Host is 400, HTTP/1.0 without one is not") {
  RequestReader reader;
  reader.feed("GET / HTTP/1.1\r\n\r\n");
  expect_eq(std::get<Response>(reader.next()).status, 400);
  RequestReader old;
  old.feed("GET / HTTP/1.0\r\n\r\n");
  expect(std::holds_alternative<Request>(old.next()), "it is a request");
}

PHX_TEST("empty lines before a request are skipped, however they are cut; six are too many") {
  RequestReader reader;
  reader.feed("\r\n\r");
  expect(std::holds_alternative<std::monostate>(reader.next()), "an empty line is not a request");
  reader.feed("\n" + get + "\r\n" + get);
  expect(std::holds_alternative<Request>(reader.next()), "the first");
  expect(std::holds_alternative<Request>(reader.next()), "the second");
  reader.feed("\r\n\r\n\r\n\r\n\r\n\r\n" + get);
  expect_eq(std::get<Response>(reader.next()).status, 400);
}

PHX_TEST("a client that waits for a 100 Continue gets it once, and not in HTTP/1.0") {
  const std::string head =
      " / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n";
  RequestReader reader;
  reader.feed("POST" + head);
  expect(std::holds_alternative<std::monostate>(reader.next()), "its body is missing");
  expect(reader.awaits_continue(), "it waits");
  expect(!reader.awaits_continue(), "it was sent");
  reader.feed("abc");
  expect_eq(std::get<Request>(reader.next()).body, std::string("abc"));
  reader.feed("POST" + head + "abc");
  expect(std::holds_alternative<Request>(reader.next()), "the body came too");
  expect(!reader.awaits_continue(), "no client waits");
  RequestReader old;
  old.feed("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  old.next();
  expect(!old.awaits_continue(), "HTTP/1.0 has no 100");
}

PHX_TEST("headers of one name are joined, cookies by a semicolon") {
  RequestReader reader;
  reader.feed(
      "GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nCookie: a=1\r\nx-a: 2\r\ncookie: b=2\r\n\r\n");
  const Request request = std::get<Request>(reader.next());
  expect_eq(std::string(request.header("x-a").value()), std::string("1, 2"));
  expect_eq(std::string(request.header("cookie").value()), std::string("a=1; b=2"));
}

PHX_TEST("a target is a path: the rest of a whole URI is dropped, as is a fragment") {
  const auto target = [](const std::string& sent) {
    RequestReader reader;
    reader.feed("GET " + sent + " HTTP/1.1\r\nHost: x:1\r\n\r\n");
    auto next = reader.next();
    const auto* request = std::get_if<Request>(&next);
    return request ? request->target : std::to_string(std::get<Response>(next).status);
  };
  expect_eq(target("http://x:1/a?b=c"), std::string("/a?b=c"));
  expect_eq(target("HTTPS://x:1?b"), std::string("/?b"));
  expect_eq(target("http://other/a"), std::string("400"));
  expect_eq(target("/a?b=c#d"), std::string("/a?b=c"));
  expect_eq(target("a"), std::string("400"));
}

PHX_TEST("a body over the limit for reading is left out; one over the limit for skipping is 400") {
  const Limits small{.body = 10, .skipped = 5};
  RequestReader reader(small);
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n" + std::string(15, 'a'));
  const Request request = std::get<Request>(reader.next());
  expect(request.body_too_long && request.body.empty(), "it says so");
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n");
  expect_eq(std::get<Response>(reader.next()).status, 400);
}

PHX_TEST("a Host that no redirect could name is 400, and so is a second one, as on Cowboy") {
  const auto taken = [](const std::string& headers) {
    RequestReader reader;
    reader.feed("GET / HTTP/1.1\r\n" + headers + "\r\n");
    return std::holds_alternative<Request>(reader.next());
  };
  for (const std::string good : {"", "example.com", "EXAMPLE.com:4000", "127.0.0.1:80", "[::1]",
                                 "[::1]:4000", "a_b~c!$&'()*+,;=d"}) {
    expect(taken("Host: " + good + "\r\n"), good);
  }
  for (const std::string bad :
       {"evil.com/x?", "a b", "x\"<script>", "\xff\xfe", "user@evil.com", "[::1", "::1", "a%20b",
        "a:", "a:0", "a:65536", "a:x", "a:@:80", "[::1]x", "[g]", "a\r\n folded"}) {
    expect(!taken("Host: " + bad + "\r\n"), bad);
  }
  expect(!taken("Host: a\r\nHost: a\r\n"), "two hosts");
}

PHX_TEST("invalid HTTP is 400, a head too long 431, a body too long 400") {
  const auto answer = [](const std::string& bytes, Limits limits = {}) {
    RequestReader reader(limits);
    reader.feed(bytes);
    auto next = reader.next();
    return std::holds_alternative<Response>(next) ? std::get<Response>(next).status : 0;
  };
  expect_eq(answer("rubbish\r\n\r\n"), 400);
  expect_eq(answer("GET / HTTP/1.1\r\nbad header\r\n\r\n"), 400);
  expect_eq(answer("GET / HTTP/1.1\r\nx: " + std::string(2'000, 'y'), {.head = 1'000}), 431);
  expect_eq(
      answer("POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n", {.body = 1'000, .skipped = 0}),
      400);
  expect_eq(answer("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  expect_eq(answer("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), 400);
  expect_eq(answer("GET /" + std::string(2'000, 'y') + " HTTP/1.1\r\n", {.head = 1'000}), 414);
  expect_eq(answer("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n", {.fields = 2}), 431);
}

PHX_TEST("9112, 5.2: a header that continues on the next line is 400, however it is cut") {
  for (const char* fold : {"\r\n ", "\r\n\t", "\r\n \r\n "}) {
    const std::string whole = std::string("GET / HTTP/1.1\r\nHost: x\r\na: b") + fold + "c\r\n\r\n";
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      RequestReader reader;
      reader.feed(whole.substr(0, cut));
      auto next = reader.next();
      if (!std::holds_alternative<Response>(next)) {
        reader.feed(whole.substr(cut));
        next = reader.next();
      }
      expect_eq(std::get<Response>(next).status, 400);
    }
  }
}

PHX_TEST("9110, 8.6: a repeated length is 400, even if both are equal") {
  for (const char* lengths : {"Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2, 2"}) {
    RequestReader reader;
    reader.feed(std::string("POST / HTTP/1.1\r\nHost: x\r\n") + lengths + "\r\n\r\n{}");
    expect_eq(std::get<Response>(reader.next()).status, 400);
  }
}

PHX_TEST("9110, 9.1: a method that Cowboy does not know, or over 31 bytes, is 501") {
  for (const std::string& method :
       {std::string("TRACE"), std::string("CONNECT"), std::string(32, 'M')}) {
    RequestReader reader;
    reader.feed(method + " / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_eq(std::get<Response>(reader.next()).status, 501);
  }
  RequestReader reader;
  reader.feed(std::string(31, 'M') + " / HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(std::holds_alternative<Request>(reader.next()), "the longest");
}

PHX_TEST("9112, 9.3: an HTTP/1.0 client keeps its connection if it asks to, and a header says so") {
  const auto wanted = [](unsigned version, const std::string& connection) {
    Request request{"GET", "/"};
    request.version = version;
    if (!connection.empty()) request.headers = {{"connection", connection}};
    return wanted_persistence(request);
  };
  expect(wanted(11, "") == Persistence::open, "HTTP/1.1");
  expect(wanted(11, "keep-alive, Close") == Persistence::close, "it says so");
  expect(wanted(10, "") == Persistence::close, "HTTP/1.0");
  expect(wanted(10, "Keep-Alive") == Persistence::keep_alive, "HTTP/1.0 that asks");
  expect(head_bytes({200}, Persistence::keep_alive).ends_with("connection: keep-alive\r\n\r\n"),
         "a header says so");
}

PHX_TEST("a value can't inject a header into an answer") {
  const std::string bytes = head_bytes(
      {403, "no", {{"x-good", "1"}, {"x-bad", "1\r\nset-cookie: a"}}}, Persistence::open);
  expect(bytes.starts_with("HTTP/1.1 403 Forbidden\r\n"), bytes);
  expect(bytes.ends_with("x-good: 1\r\n\r\n"), bytes);
  expect(bytes.find("cookie") == std::string::npos, bytes);
  expect(head_bytes({200}, Persistence::close).ends_with("connection: close\r\n\r\n"),
         "the last answer");
}

PHX_TEST("a head keeps to its limit, however it is cut") {
  RequestReader reader({.head = 100});
  reader.feed("GET / HTTP/1.1\r\n");
  int status = 0;
  for (int i = 0; i < 50 && status == 0; ++i) {
    auto next = reader.next();
    if (const auto* refused = std::get_if<Response>(&next)) status = refused->status;
    reader.feed("a: b\r\n");  // whole lines, which Beast drops at once
  }
  expect_eq(status, 431);
  expect(reader.exceeded() == phx::telemetry::Limit::request_head,
         "and the reader says which limit it was");
}

PHX_TEST("lines between chunks, and after them, have a limit") {
  for (const std::string start : {"5;x=", "0\r\nx: "}) {
    RequestReader reader({.head = 100});
    reader.feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + start);
    expect(std::holds_alternative<std::monostate>(reader.next()), "more may come");
    reader.feed(std::string(200, 'y'));
    expect_eq(std::get<Response>(reader.next()).status, 431);
  }
}

PHX_TEST("a body in a coding other than chunked is 400, as on Cowboy") {
  const auto taken = [](const std::string& headers, const std::string& version = "1.1") {
    RequestReader reader;
    reader.feed("POST / HTTP/" + version + "\r\nHost: x\r\n" + headers +
                "\r\n2\r\nhi\r\n0\r\n\r\n");
    auto next = reader.next();
    const auto* request = std::get_if<Request>(&next);
    return request ? request->body : std::to_string(std::get<Response>(next).status);
  };
  for (const std::string good : {"chunked", "CHUNKED", " chunked ", "chunked,"}) {
    expect_eq(taken("Transfer-Encoding:" + good + "\r\n"), std::string("hi"));
  }
  expect_eq(taken("Transfer-Encoding: chunked\r\n", "1.0"), std::string("hi"));
  for (const std::string bad :
       {"", ",", "xchunked", "identity", "gzip", "chunked, gzip", "gzip, chunked", "chunked;q=1",
        "\"chunked\"", "chunked chunked", "chunked, chunked", "chunked\r\nTransfer-Encoding: gzip",
        "gzip\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: chunked",
        "xchunked\r\nContent-Length: 12", "\vchunked", "gzip,\r\n chunked"}) {
    expect_eq(taken("Transfer-Encoding: " + bad + "\r\n"), std::string("400"));
  }
}

PHX_TEST("chunks are read the same, however they are cut in three") {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::pair<std::string, std::string> bodies[] = {{"0\r\n\r\n", ""},
                                                        {"00\r\n\r\n", ""},
                                                        {"0;a=b\r\n\r\n", ""},
                                                        {"0\r\nx: y\r\n\r\n", ""},
                                                        {"1\r\n0\r\n0\r\n\r\n", "0"},
                                                        {"4\r\n0\r\n\r\r\n0\r\n\r\n", "0\r\n\r"}};
  for (const auto& [chunks, body] : bodies) {
    for (std::size_t first = 0; first < chunks.size(); ++first) {
      for (std::size_t second = first; second < chunks.size(); ++second) {
        RequestReader reader;
        reader.feed(head);
        for (const std::string& piece :
             {chunks.substr(0, first), chunks.substr(first, second - first)}) {
          reader.feed(piece);
          for (int times = 0; times < 2; ++times) {
            expect(std::holds_alternative<std::monostate>(reader.next()), "the end is missing");
          }
        }
        reader.feed(chunks.substr(second));
        expect_eq(std::get<Request>(reader.next()).body, body);
        expect_eq(reader.waiting(), std::size_t{0});
      }
    }
  }
}

PHX_TEST("a trailer is not a header") {
  RequestReader reader;
  reader.feed(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nhi\r\n0\r\nX-Forwarded-Proto: https\r\n\r\n");
  const Request request = std::get<Request>(reader.next());
  expect_eq(request.body, std::string("hi"));
  expect(!request.header("x-forwarded-proto"), "no proxy has checked it");
}
