/// A certificate's files are read only when a server is made: before the first client comes they
/// may be replaced, or the program may have given up the right to read them.

#include <filesystem>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("each shard serves the certificate that the server was made with") {
  constexpr int shards = 2;
  const Certificate certificate;
  Endpoint endpoint;
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  Server server(
      endpoint,
      {.port = 0, .shards = shards, .tls = TlsOptions{certificate.cert(), certificate.key()}},
      Log::silent());
  const std::filesystem::path key = certificate.key();
  std::filesystem::rename(key, key.parent_path() / "elsewhere.pem");
  server.start();
  for (int i = 0; i < 2 * shards; ++i) {  // shards take turns
    TlsClient client(server.port(), certificate);
    client.write(get("/", "Connection: close\r\n"));
    expect(client.rest().find("hello") != std::string::npos, "an answer");
  }
}
