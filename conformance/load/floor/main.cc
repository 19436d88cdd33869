/// phx-floor: a channels server that does almost nothing, as the bench's reference.
///
///     phx-floor --port 4000

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <utility>

#include "conformance/load/floor/server.h"

namespace {

phx::floor::Server* running = nullptr;  // for the signal handler, which has no other access

void on_signal(int) { running->stop(); }

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void serve(const std::string& host, std::uint16_t port, phx::bench::TlsContext tls) {
  raise_descriptor_limit();
  const char* const scheme = tls ? "wss" : "ws";
  phx::floor::Server server{host, port, std::move(tls)};
  running = &server;
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  fmt::print("The floor server is listening on {}://{}:{}/socket\n", scheme, host, server.port());
  std::fflush(stdout);
  server.run();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "The smallest server that the load client can measure: no library, no channel state."};
  std::string host = "127.0.0.1";
  std::uint16_t port = 4000;
  app.add_option("--host", host, "the IPv4 address to listen on")->envname("HOST");
  app.add_option("--port", port, "the port; 0 takes a free one")->envname("PORT");
  std::string cert, key;
  auto* with_cert =
      app.add_option("--cert", cert, "a certificate (a PEM file): the port speaks wss");
  auto* with_key = app.add_option("--key", key, "the certificate's private key (a PEM file)");
  with_cert->needs(with_key);
  with_key->needs(with_cert);
  CLI11_PARSE(app, argc, argv);
  try {
    serve(host, port, cert.empty() ? nullptr : phx::bench::serving_tls(cert, key));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-floor: {}\n", error.what());
    return 1;
  }
}
