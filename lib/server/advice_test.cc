/// A server's warnings at the start.

#include "server/advice.h"

#include <algorithm>

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

class AnyoneSocket final : public UserSocket {};

void mount(Endpoint& endpoint, transport::Origins origins,
           std::optional<socket::MessageRate> rate = {}) {
  transport::Mount mount{"/socket", std::make_shared<AnyoneSocket>()};
  mount.check_origin = std::move(origins);
  mount.message_rate = rate;
  if (!rate) mount.byte_rate.reset();
  endpoint.socket(std::move(mount));
}

bool says(const std::vector<std::string>& sentences, std::string_view what) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.starts_with(what); });
}

}  // namespace

PHX_TEST("a server without TLS warns if other machines can reach it, and only then") {
  const Endpoint endpoint;
  for (const char* host : {"0.0.0.0", "::", "192.168.1.4"}) {
    expect(says(server::unprotected(endpoint, {.host = host}), "TLS is off"), host);
  }
  for (const char* host : {"127.0.0.1", "127.0.0.53", "::1", "localhost"}) {
    expect_eq(server::unprotected(endpoint, {.host = host}).size(), std::size_t{0});
  }
  ServerOptions secure{.host = "0.0.0.0"};
  secure.tls = TlsOptions{"cert.pem", "key.pem"};
  expect_eq(server::unprotected(endpoint, secure).size(), std::size_t{0});
}

PHX_TEST("the warning names a mount that accepts any page, or any number of messages or bytes") {
  Endpoint open;
  mount(open, transport::Origins::any());
  expect(says(server::unprotected(open, {}), "check_origin is off at /socket"), "origins");
  expect(says(server::unprotected(open, {}), "message_rate is off at /socket"), "rate");
  expect(says(server::unprotected(open, {}), "byte_rate is off at /socket"), "bytes");
  Endpoint guarded;
  mount(guarded, transport::Origins::url_host(), socket::MessageRate{50, 100});
  expect_eq(server::unprotected(guarded, {}).size(), std::size_t{0});
}

PHX_TEST("a server warns if each request's own host decides which pages connect") {
  Endpoint unnamed;
  mount(unnamed, transport::Origins::url_host(), socket::MessageRate{50, 100});
  expect(says(server::unprotected(unnamed, {.host = "0.0.0.0"}), "TLS is off"), "that, too");
  expect(says(server::unprotected(unnamed, {.host = "0.0.0.0"}),
              "url_host is not set, and at /socket"),
         "a risk");
  Endpoint named(EndpointOptions{.url_host = "example.com"});
  mount(named, transport::Origins::url_host(), socket::MessageRate{50, 100});
  expect(!says(server::unprotected(named, {.host = "0.0.0.0"}), "url_host"), "no risk");
}

PHX_TEST("the warning about more connections than descriptors names the number to set") {
  const ServerOptions options{.shards = 1, .max_connections = 1'000};
  expect_eq(server::out_of_reach(options, 2'000), std::string());
  expect_eq(server::out_of_reach(options, 1'074), std::string());
  const std::string sentence = server::out_of_reach(options, 1'024);
  expect(sentence.find("max_connections is 1000, but this process may have 1024") == 0, sentence);
  expect(sentence.find("LimitNOFILE= of a systemd unit) to 1074") != std::string::npos, sentence);
}
