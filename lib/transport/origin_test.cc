/// Which pages may connect, in each of check_origin's forms.

#include "transport/origin.h"

#include "testing/case.h"
#include "testing/each.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

http::Request from(const std::string& origin, const std::string& host = "own.example:4000",
                   const std::string& scheme = "http") {
  http::Request request{"GET", "/socket/websocket"};
  request.headers = {{"host", host}, {"origin", origin}};
  request.scheme = scheme;
  return request;
}

void takes(const Origins& origins, const std::vector<std::string>& good) {
  for (const std::string& origin : good) expect(origins.allow(from(origin)), origin + " is taken");
}
void refuses(const Origins& origins, const std::vector<std::string>& bad) {
  for (const std::string& origin : bad)
    expect(!origins.allow(from(origin)), origin + " is refused");
}

}  // namespace

PHX_TEST("a client that is not a page has no origin, and passes") {
  http::Request request{"GET", "/"};
  for (const Origins& origins :
       {Origins::any(), Origins::url_host(), Origins::same_host(), Origins::same_origin(),
        Origins::list({}), Origins::ask([](const http::Uri&) { return false; })}) {
    expect(origins.allow(request, "example.com"), "no origin passes");
  }
}

PHX_TEST("false accepts pages from anywhere") {
  takes(Origins::any(), {"http://evil.example", "null", "", "nonsense"});
}

PHX_TEST("true accepts the endpoint's host with any scheme and port; letter case matters") {
  const auto allow = [](const char* origin) {
    return Origins::url_host().allow(from(origin), "localhost");
  };
  for (const char* good : {"http://localhost", "https://localhost:9", "//localhost",
                           "http://user@localhost:80/path?q", "HTTP://localhost"}) {
    expect(allow(good), std::string(good) + " is taken");
  }
  for (const char* bad : {"http://evil.example.com", "null", "", "localhost", "HTTP://LOCALHOST",
                          "http://127.0.0.1", "http://a.localhost", "http://localhost.evil",
                          "http://localhost@evil", "http://", "http://own.example"}) {
    expect(!allow(bad), std::string(bad) + " is refused");
  }
}

PHX_TEST("true accepts the request's own host if the endpoint has none") {
  takes(Origins::url_host(), {"http://own.example", "https://own.example:9"});
  refuses(Origins::url_host(), {"http://localhost", "null"});
  takes(Origins::same_host(), {"http://own.example:1"});
  refuses(Origins::same_host(), {"http://other.example"});
  expect(!Origins::same_host().allow(from("http://own.example", "other.example"), "own.example"),
         "same_host does not use the endpoint's host");
}

PHX_TEST("conn accepts the request's own scheme, host and port") {
  const Origins own = Origins::same_origin();
  takes(own, {"http://own.example:4000", "HTTP://own.example:4000"});
  refuses(own, {"http://own.example", "https://own.example:4000", "http://own.example:4001",
                "http://other.example:4000", "null", ""});
  expect(own.allow(from("https://a", "a", "https")), "443 is https's default port");
  expect(own.allow(from("https://a:443", "A", "https")),
         "the host header's letter case is ignored");
  expect(!own.allow(from("https://a:80", "a", "https")), "80 is not https's port");
  expect(own.allow(from("http://[::1]:4000", "[::1]:4000")), "an IPv6 address is a host");
}

PHX_TEST("a page is refused by a request that does not say which host it is for") {
  http::Request request{"GET", "/socket/websocket"};
  request.headers = {{"origin", "http://own.example"}};
  request.scheme = "http";
  const std::pair<const char*, Origins> forms[] = {{"conn", Origins::same_origin()},
                                                   {"same_host", Origins::same_host()},
                                                   {"true", Origins::url_host()}};
  for (const auto& [form, origins] : forms) {
    expect(!origins.allow(request), std::string(form) + " refuses a page without a Host header");
  }
  expect(Origins::url_host().allow(request, "own.example"), "the endpoint's host needs none");
}

PHX_TEST("an origin with an empty host is refused, even if the Host header is empty, too") {
  for (const Origins& origins :
       {Origins::same_host(), Origins::url_host(), Origins::same_origin()}) {
    expect(!origins.allow(from("http://", "")), "two empty hosts are not the same one");
  }
  expect(!Origins::url_host().allow(from("http://"), ""), "nor is the endpoint's, if it is empty");
}

PHX_TEST("the same host is compared letter for letter") {
  for (const Origins& origins : {Origins::same_host(), Origins::url_host()}) {
    expect(origins.allow(from("http://Own.example", "Own.example")), "as it was written");
    expect(!origins.allow(from("http://own.example", "Own.example")), "in another case");
  }
}

PHX_TEST("a list's entry compares the parts that it names") {
  takes(Origins::list({"//example.com"}),
        {"http://example.com", "https://example.com:8443", "//example.com"});
  refuses(Origins::list({"//example.com"}),
          {"http://www.example.com", "http://EXAMPLE.com", "http://example.com.evil", "null"});
  takes(Origins::list({"https://example.com"}), {"https://example.com", "https://example.com:443"});
  refuses(Origins::list({"https://example.com"}),
          {"http://example.com", "https://example.com:444", "http://example.com:443",
           "//example.com", "//example.com:443"});
  takes(Origins::list({"http://example.com:4000"}), {"http://example.com:4000"});
  refuses(Origins::list({"http://example.com:4000"}), {"http://example.com"});
  takes(Origins::list({"//example.com:80"}), {"http://example.com", "ws://example.com"});
  refuses(Origins::list({"//example.com:80"}), {"https://example.com", "//example.com"});
  takes(Origins::list({"//a", "HTTPS://b"}), {"http://a", "https://b"});
}

PHX_TEST("a star accepts a host and its subdomains") {
  const Origins below = Origins::list({"//*.example.com"});
  takes(below, {"http://example.com", "https://a.example.com:1", "http://a.b.example.com"});
  refuses(below, {"http://badexample.com", "http://example.com.evil", "http://com", "http://*.com",
                  "http://Example.com", "http://a.Example.com"});
}

PHX_TEST("a scheme without a default port is compared too") {
  takes(Origins::list({"app://localhost"}), {"app://localhost"});
  takes(Origins::list({"chrome-extension://abcdef"}), {"chrome-extension://abcdef"});
  refuses(Origins::list({"app://localhost"}), {"http://localhost", "app2://localhost"});
}

PHX_TEST("a function is called for every origin, and decides") {
  std::vector<http::Uri> asked;
  const Origins origins = Origins::ask([&](const http::Uri& origin) {
    asked.push_back(origin);
    return origin.host == "good";
  });
  takes(origins, {"https://good:8443"});
  refuses(origins, {"http://bad", "null"});
  expect(asked == std::vector<http::Uri>{{"https", "good", 8443}, {"http", "bad", 80}, {}},
         "it gets the origins' parts");
}

PHX_TEST("an entry without a host is refused at start-up") {
  each({"localhost", "*.example.com", "example.com:80", "", "https://", "//", "https:example.com",
        "/path"},
       [](const char* bad) {
         const std::string sentence = expect_throw<std::invalid_argument>([&] {
           Origins::list({"//good", bad});
         });
         expect_eq(sentence,
                   "expected an origin with a host, such as https://example.com, "
                   "//example.com:8080 or //*.example.com, got \"" +
                       std::string(bad) + "\": correct it in check_origin");
       });
}

PHX_TEST("a URI is split into scheme, host and port") {
  const auto is = [](const char* text, const http::Uri& expected) {
    expect(http::parse_uri(text) == expected, text);
  };
  is("HTTP://User@Host:81/a?b#c", {"http", "Host", 81});
  is("https://a?b", {"https", "a", 443});
  is("//[::1]:4000/", {{}, "::1", 4000});
  is("ftp://a", {"ftp", "a", 21});
  is("x+y-z.1://a", {"x+y-z.1", "a", {}});
  is("1x://a", {});
  is("mailto:a@b", {"mailto", {}, {}});
  is("//a:b@c:d", {{}, "c", {}});
  is("http://a:99999999999", {"http", "a", 80});
  is("http://[::1", {"http", "[", 80});
}
