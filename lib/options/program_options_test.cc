/// The options, as set by a command line, a file and the environment.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "options/command_line.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A temporary file, removed with this object.
class File {
 public:
  File(const char* name, const std::string& content)
      : path_(std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") + "/" + name +
              std::to_string(::getpid())) {
    std::ofstream(path_) << content;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

ProgramOptions parsed(const std::string& line) {
  ProgramOptions options;
  CLI::App app;
  add_options(app, options);
  std::istringstream words(line);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) arguments.insert(arguments.begin(), word);
  app.parse(arguments);
  return options;
}

std::string refusal(const std::string& line) {
  return expect_throw<CLI::ParseError>([&] { parsed(line); });
}

}  // namespace

PHX_TEST("a flag sets its option, in human units") {
  const ProgramOptions options = parsed(
      "--port 0 --max-connections 12 --outbox-limit 2MB --max-frame-size 64kib --farewell 3s "
      "--long-turn 20 --http-port 81 --metrics --check-origin //a.example,//b.example");
  expect_eq(options.server.port, std::uint16_t{0});
  expect_eq(options.server.max_connections, std::size_t{12});
  expect_eq(options.server.outbox_limit, std::size_t{2'000'000});
  expect_eq(options.mount.websocket->max_frame_size, std::size_t{65'536});
  expect_eq(options.server.farewell.count(), Millis::rep{3'000});
  expect_eq(options.server.processes.long_turn.count(), Millis::rep{20});
  expect_eq(options.server.http_port.value_or(0), std::uint16_t{81});
  expect(options.metrics, "a switch");
  expect_eq(options.check_origin.size(), std::size_t{2});
}

PHX_TEST("without a flag each row keeps the program's default") {
  const ProgramOptions given = parsed("");
  const ProgramOptions defaults;
  expect_eq(given.server.host, defaults.server.host);
  expect_eq(given.server.max_connections, defaults.server.max_connections);
  expect_eq(given.server.http.patience.count(), defaults.server.http.patience.count());
  expect_eq(given.server.outbox_limit, defaults.server.outbox_limit);
  expect(!given.server.http_port && !given.endpoint.url_host && !given.metrics, "optional values");
}

PHX_TEST("a user socket has the flags' limits, or its own without flags") {
  struct Users : UserSocket {
    explicit Users(int given) : number(given) {}
    const int number;
  };
  const ProgramOptions options =
      parsed("--max-channels 3 --max-name-size 1kib --max-json-bytes 8GB --max-meta-bytes 9");
  const Limited<Users> users(options.socket, 7);
  expect_eq(users.number, 7);
  expect_eq(users.max_channels(), std::size_t{3});
  expect_eq(users.max_name_size(), std::size_t{1'024});
  expect_eq(users.max_json_bytes(), 4'294'967'295u);  // the bucket is full
  expect_eq(options.max_meta_bytes, std::size_t{9});
  const Limited<Users> plain(parsed("").socket, 7);
  expect_eq(plain.max_channels(), plain.UserSocket::max_channels());
  expect_eq(plain.max_name_size(), plain.UserSocket::max_name_size());
  expect_eq(plain.max_json_bytes(), plain.UserSocket::max_json_bytes());
}

PHX_TEST("a value out of range is refused with the flag's name") {
  for (const char* line : {"--port 65536", "--port x", "--max-connections 0", "--outbox-limit 999",
                           "--farewell soon", "--max-frame-size -1", "--no-such-option 1"}) {
    const std::string flag(line, std::string_view(line).find(' '));
    const std::string said = refusal(line);
    const bool named = said.find(flag) != std::string::npos || said.find("expected") == 0;
    expect(named, std::string(line) + ": " + said);
  }
}

PHX_TEST("the command line overrides the file, and the file the environment") {
  const File file("options",
                  "max-connections = 7\nfarewell = \"2s\"\nmetrics = true\n"
                  "check-origin = [\"//a.example\", \"//b.example\"]\n");
  ::setenv("MAX_CONNECTIONS", "9", 1);
  ::setenv("MAX_HEAD", "5000", 1);
  const ProgramOptions options = parsed("--farewell 1s --config " + file.path());
  ::unsetenv("MAX_CONNECTIONS");
  ::unsetenv("MAX_HEAD");
  expect_eq(options.server.max_connections, std::size_t{7});
  expect_eq(options.server.farewell.count(), Millis::rep{1'000});
  expect_eq(options.server.http.head, std::size_t{5'000});
  expect(options.metrics, "a switch in the file");
  expect_eq(options.check_origin.size(), std::size_t{2});
}

PHX_TEST("a misspelt option in a file is refused, and so is a missing file") {
  const File file("misspelt", "max-conections = 7\n");
  const std::string said = refusal("--config " + file.path());
  expect(said.find("sets max-conections, which is not an option") != std::string::npos, said);
  refusal("--config /nonexistent/options.toml");
}

PHX_TEST("a file that sets an option twice, under either name, is refused") {
  for (const char* again : {"max-connections = 8\n", "max-connections = \"many\"\n"}) {
    const File file("twice", std::string("max-connections = 7\nmetrics = true\n") + again);
    const std::string said = refusal("--config " + file.path());
    expect(said.find("sets max-connections twice") != std::string::npos, said);
  }
  const File file("aliases", "cert = \"a.pem\"\nmetrics = true\ntls-cert = \"b.pem\"\n");
  const std::string said = refusal("--config " + file.path());
  expect(said.find("sets tls-cert twice") != std::string::npos, said);
}

PHX_TEST("names, environment variables and help texts are unique") {
  ProgramOptions options;
  std::set<std::string> names;
  for (const ProgramOption& row : options_of(options)) {
    expect(names.insert(row.name).second, row.name);
    expect(!row.help.empty() && !row.group.empty(), row.name);
  }
  expect_eq(options_of(options).at(0).environment_variable(), std::string("HOST"));
  expect_eq(flag_of("ServerOptions::http_port"), std::string("--http-port"));
  expect_eq(flag_of("AdminOptions::host"), std::string("--admin-host"));
}

PHX_TEST("a presence's periods are in milliseconds, from the command line and the environment") {
  ::setenv("DOWN_PERIOD", "3000", 1);
  ::setenv("PRESENCE", "MyAppWeb.Presence", 1);
  const ProgramOptions options = parsed(
      "--broadcast-period 300 --max-silent-periods 3 --permdown-period 8s --presence-pool-size 2");
  ::unsetenv("DOWN_PERIOD");
  ::unsetenv("PRESENCE");
  expect_eq(options.presence.name, std::string("MyAppWeb.Presence"));
  expect_eq(options.presence.pool_size, std::size_t{2});
  const presence::TrackerOptions& tracker = options.presence.tracker;
  expect_eq(tracker.broadcast_period.count(), Millis::rep{300});
  expect_eq(tracker.max_silent_periods, std::size_t{3});
  expect_eq(tracker.down_period.count(), Millis::rep{3'000});
  expect_eq(tracker.permdown_period.count(), Millis::rep{8'000});
}

PHX_TEST("the secret comes from the first line of its file") {
  const File file("secret", "a secret of more than twenty bytes\n");
  ProgramOptions options = parsed("--secret-key-base-file " + file.path());
  options.finish();
  expect_eq(options.endpoint.secret_key_base, std::string("a secret of more than twenty bytes"));
  options.secret_key_base_file = "/nonexistent/secret";
  const std::string said = expect_throw<OptionError>([&] { options.finish(); });
  expect(said.find("could not read \"/nonexistent/secret\"") != std::string::npos, said);
}

PHX_TEST("finish() copies the values: TLS, origins, the rate") {
  ProgramOptions options =
      parsed("--cert c.pem --key k.pem --message-rate 5 --check-origin any --tls-handshake 4s");
  options.finish();
  expect_eq(options.server.tls.value().cert, std::string("c.pem"));
  expect_eq(options.server.tls->handshake_patience.count(), Millis::rep{4'000});
  expect_eq(options.mount.message_rate.value().burst, std::size_t{5});
  expect(options.mount.check_origin.allow_any(), "any page");

  ProgramOptions half = parsed("--cert c.pem");
  const std::string said = expect_throw<OptionError>([&] { half.finish(); });
  expect(said.find("expected a certificate and its key") == 0, said);
}

PHX_TEST("an access log has every line, without a rate") {
  const File file("phx-access-log-", "");
  ProgramOptions options = parsed("--access-log " + file.path());
  options.finish();
  for (int i = 0; i < 1'000; ++i) options.server.access_log->info("GET");
  options.server.access_log->flush();
  std::ifstream in(file.path());
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  expect_eq(lines, std::size_t{1'000});
}
