/// The contract server with a serializer that is broken on purpose.
///
///     PORT=4000 server        --which says which rule its author thinks it breaks

#include <cstdio>
#include <cstdlib>
#include <string>

#include "chapters/16-clients-and-servers/exercise/sabotage.h"
#include "conformance/server/user_socket.h"
#include "phoenix.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--which") {
    std::puts(std::string(phx::exercise::rule_that_fails()).c_str());
    return 0;
  }
  const char* port = std::getenv("PORT");
  phx::Endpoint endpoint;
  phx::Presence presence;
  phx::contract::mount_all(
      endpoint, presence,
      {{{&phx::serializer::v1_json(), "~> 1.0.0"}, {&phx::exercise::sabotaged(), "~> 2.0.0"}}});
  phx::ServerOptions options{.shards = 1, .signals = true};
  options.port = static_cast<std::uint16_t>(port == nullptr ? 4000 : std::stoi(port));
  phx::Server server(endpoint, options, phx::Log::to_stderr(phx::Level::error));
  server.run();
}
