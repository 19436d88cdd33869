/// Redirects to https, and the HSTS header.

#include "transport/force_ssl.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

http::Request request(const std::string& host, const std::string& scheme = "http",
                      const std::string& method = "GET") {
  http::Request made{method, "/socket/websocket?vsn=2.0.0&a=b"};
  made.headers = {{"host", host}};
  made.scheme = scheme;
  return made;
}

/// The status and the redirect's target.
std::string redirected(const http::Request& asked, const ForceSsl& options = {},
                       const std::optional<std::string>& url_host = {}) {
  const Secured secured = force_ssl(asked, options, url_host, Log::silent());
  if (!secured.redirect) return "stays";
  expect(secured.redirect->body.empty(), "a redirect has no body");
  expect_eq(secured.redirect->headers.size(), 1u);
  return std::to_string(secured.redirect->status) + " " + secured.redirect->headers[0].second;
}

std::string hsts(const ForceSsl& options) {
  const Secured secured = force_ssl(request("a", "https"), options, {}, Log::silent());
  expect(!secured.redirect, "https is not redirected");
  if (secured.headers.empty()) return "none";
  expect_eq(secured.headers[0].first, std::string("strict-transport-security"));
  return secured.headers[0].second;
}

/// The request's scheme and host after a proxy's headers.
std::string told(const std::string& host, const http::Request::Headers& headers,
                 ForceSsl::RewriteOn rewrite_on = {true, true, true}) {
  http::Request asked = request(host);
  asked.headers.insert(asked.headers.end(), headers.begin(), headers.end());
  const http::Request actual = rewritten(asked, rewrite_on);
  return actual.scheme + "://" + std::string(*actual.header("host"));
}

}  // namespace

PHX_TEST(
    "a plain GET is redirected to https with 301, a method that may change something with 307") {
  const std::string place = " https://example.com/socket/websocket?vsn=2.0.0&a=b";
  expect_eq(redirected(request("example.com")), "301" + place);
  expect_eq(redirected(request("example.com", "http", "HEAD")), "301" + place);
  expect_eq(redirected(request("example.com", "http", "POST")), "307" + place);
  expect_eq(redirected(request("example.com", "http", "OPTIONS")), "307" + place);
}

PHX_TEST("the redirect goes to the configured host, otherwise to the request's without its port") {
  const auto host_of = [](const std::string& answer) {
    return answer.substr(12, answer.find('/', 12) - 12);
  };
  expect_eq(host_of(redirected(request("Example.com:4000"))), std::string("example.com"));
  expect_eq(host_of(redirected(request("a:4000"), {}, "url.example")), std::string("url.example"));
  ForceSsl options;
  options.host = "own.example:8443";
  expect_eq(host_of(redirected(request("a"), options, "url.example")),
            std::string("own.example:8443"));
  expect_eq(host_of(redirected(request("[::1]:4000"))), std::string("[::1]"));
}

PHX_TEST("without a host in the request or the configuration there is no redirect") {
  const Secured secured = force_ssl({"GET", "/"}, {}, {}, Log::silent());
  expect_eq(secured.redirect.value().status, 400);
}

PHX_TEST("a target with a host of its own redirects to the root") {
  http::Request asked = request("example.com");
  asked.target = "http://evil.example/";
  expect_eq(redirected(asked), std::string("301 https://example.com/"));
}

PHX_TEST("localhost is excluded by default, and paths can be") {
  expect_eq(redirected(request("localhost:4000")), std::string("stays"));
  expect_eq(redirected(request("127.0.0.1")), std::string("stays"));
  ForceSsl options;
  options.exclude_hosts = {"inside"};
  options.exclude_paths = {"/socket/websocket"};
  expect_eq(redirected(request("inside:80"), options), std::string("stays"));
  expect_eq(redirected(request("localhost"), options), std::string("stays"));
  options.exclude_paths = {"/socket"};
  expect(redirected(request("localhost"), options) != "stays",
         "a path that only begins alike is redirected");
}

PHX_TEST("an https answer has the HSTS header") {
  expect_eq(hsts({}), std::string("max-age=31536000"));
  ForceSsl options;
  options.hsts = ForceSsl::Hsts{std::chrono::seconds(60), true, true};
  expect_eq(hsts(options), std::string("max-age=60; preload; includeSubDomains"));
  options.hsts.reset();
  expect_eq(hsts(options), std::string("none"));
}

PHX_TEST("a proxy's headers count only if enabled, and only if each came once") {
  expect_eq(told("in:4000", {}), std::string("http://in:4000"));
  expect_eq(told("in", {{"x-forwarded-proto", "https"}}), std::string("https://in"));
  expect_eq(told("in:80", {{"x-forwarded-proto", "https"}}), std::string("https://in"));
  expect_eq(told("in:4000", {{"x-forwarded-proto", "https"}}), std::string("https://in:4000"));
  expect_eq(told("in", {{"x-forwarded-proto", "gopher"}}), std::string("http://in"));
  expect_eq(told("in", {{"x-forwarded-proto", "https"}, {"x-forwarded-proto", "http"}}),
            std::string("http://in"));
  expect_eq(told("in:4000", {{"x-forwarded-host", "out"}, {"x-forwarded-port", "8443"}}),
            std::string("http://out:8443"));
  expect_eq(told("in:4000", {{"x-forwarded-host", "out"}}), std::string("http://out:4000"));
  expect_eq(told("in:4000", {{"x-forwarded-port", "443"}, {"x-forwarded-proto", "https"}}),
            std::string("https://in"));
  expect_eq(told("in:4000", {{"x-forwarded-port", "x"}}), std::string("http://in:4000"));
  expect_eq(told("in", {{"x-forwarded-proto", "https"}, {"x-forwarded-host", "out"}}, {}),
            std::string("http://in"));
}
