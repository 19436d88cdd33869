#pragma once
/// \file
/// Everything that a program with a server lets its operator set, in one table.
///
/// The table knows no parser of command lines. options/command_line.h adds its rows to CLI11's;
/// a program that reads its options in another way walks through options_of() itself.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "metrics/metrics.h"
#include "net/redis_pubsub.h"
#include "options/limited.h"
#include "presence/cluster_options.h"
#include "presence/presence.h"
#include "server/admin_api.h"
#include "server/server.h"

namespace phx {

/// Filled from a command line, a file or the environment; then finish() makes it ready for use. A
/// program sets its own defaults before. A value.
struct ProgramOptions {
  ServerOptions server{.signals = true, .service = true};
  EndpointOptions endpoint = {};
  /// What the program's own mounts start from: limits, origins. Its path and its socket are theirs.
  transport::Mount mount = {"/", nullptr};

  /// What the program's user sockets, made as Limited, and its presence take.
  SocketLimits socket = {};
  std::size_t max_meta_bytes = PresenceOptions{}.max_meta_bytes;

  TlsOptions tls = {};  ///< Goes into `server` once both files are named.
  std::string secret_key_base_file = {};
  RedisPubSubOptions redis{.url = ""};        ///< Goes into `endpoint` once its URL is given.
  std::string redis_channel_per = "cluster";  ///< RedisPubSubOptions::channel_per, or `topic`.
  /// What Endpoint::presence() takes.
  presence::ClusterOptions presence{.name = "Phoenix.Presence"};
  std::string log_level = "info";
  std::string log_format = "logfmt";
  LogOptions log_options = {};
  std::string log_file = {};    ///< In place of standard error; opened again by Server::reload().
  bool metrics = false;         ///< Serve `/metrics`, on the admin port if there is one.
  std::string access_log = {};  ///< A file; `-` is where the log goes.
  std::string admin_host = "127.0.0.1";
  std::optional<std::uint16_t> admin_port = {};  ///< Opens ServerOptions::admin.
  std::string admin_token_file = {};             ///< Its first line is AdminApiOptions::token.
  std::size_t admin_rate = 1'000;                ///< AdminApiOptions::rate, and as many at once.
  AdminApiOptions api = {};  ///< What open_api() takes, once the token's file is given.
  /// In place of the mount's own, if not empty: hosts as Origins::list takes them, or one word,
  /// `any` or `same-host`.
  std::vector<std::string> check_origin = {};
  // Those of the mount, unless they are given:
  std::size_t message_rate = 0;   ///< Messages a second; 0 means no limit.
  std::size_t message_burst = 0;  ///< At once; 0 means as many as in a second.
  std::size_t byte_rate = 0;      ///< Bytes a second; 0 means no limit.
  std::size_t byte_burst = 0;     ///< At once; 0 means as many as in a second.

  /// Reads the file of the secret, and puts everything where Endpoint, Server and the mounts take
  /// it from. Raises the process's limit of open files as far as it is allowed to. \throws
  /// OptionError with a sentence that names what to set.
  void finish();
  /// The log that the options ask for. \throws std::invalid_argument for a level or a format that
  /// does not exist; std::runtime_error for a file that can't be opened.
  Log log() const;
  /// Counts for Prometheus, if the options ask for it, and puts the page where they say. Before the
  /// server is made.
  std::unique_ptr<Metrics> count(Endpoint& of);
  /// Opens AdminApi on the admin port, if there is a token for it. Before the server is made, which
  /// `of` and `listed` outlive.
  void open_api(const Endpoint& of, const Presence* listed = nullptr);
};

/// One row: a flag without its dashes, where it stands in the help, what it says, what it sets.
struct ProgramOption {
  struct Count {
    std::size_t* value;
    std::size_t least = 0;
    std::size_t most = 1'000'000'000;
  };
  struct Bytes {
    std::size_t* value;
    std::size_t least = 1;
  };
  struct Time {
    Millis* value;
  };
  struct Port {
    std::uint16_t* value;
  };
  struct OptionalPort {
    std::optional<std::uint16_t>* value;
  };
  struct Text {
    std::string* value;
  };
  struct OptionalText {
    std::optional<std::string>* value;
  };
  struct List {
    std::vector<std::string>* value;
  };
  struct Switch {
    bool* value;
  };
  using Target =
      std::variant<Count, Bytes, Time, Port, OptionalPort, Text, OptionalText, List, Switch>;

  std::string name;   ///< `max-connections`; the environment variable is MAX_CONNECTIONS.
  std::string group;  ///< `Limits on connections`
  std::string help;
  Target target;
  std::string other_name = {};  ///< A second flag of the same meaning: `cert` beside `tls-cert`.

  std::string environment_variable() const;
};

/// The rows, in the order of the help. They point into `options`.
std::vector<ProgramOption> options_of(ProgramOptions& options);

/// The flag that sets what an OptionError names: `--port` for ServerOptions::port.
std::string flag_of(const std::string& option);

}  // namespace phx
