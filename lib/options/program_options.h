#pragma once
/// \file
/// All options of a program with a server, in one table.
///
/// The table does not depend on a parser: options/command_line.h adds its rows to CLI11's; a
/// program that reads its options in another way uses options_of() itself.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dashboard/dashboard.h"
#include "metrics/metrics.h"
#include "net/redis_pubsub.h"
#include "options/limited.h"
#include "presence/cluster_options.h"
#include "presence/presence.h"
#include "server/admin_api.h"
#include "server/server.h"

namespace phx {

/// Filled from a command line, a file or the environment; then finish() makes it ready for use. A
/// program sets its own defaults first. A value.
struct ProgramOptions {
  ServerOptions server{.signals = true, .service = true};
  EndpointOptions endpoint = {};
  /// Defaults for the program's own mounts: limits, origins. They set path and socket themselves.
  transport::Mount mount = {"/", nullptr};

  /// Limits for the program's presence, and for its user sockets if they are made as Limited.
  SocketLimits socket = {};
  std::size_t max_meta_bytes = PresenceOptions{}.max_meta_bytes;

  TlsOptions tls = {};  ///< Copied to `server` if both files are named.
  std::string secret_key_base_file = {};
  RedisPubSubOptions redis{.url = ""};        ///< Copied to `endpoint` if a URL is given.
  std::string redis_channel_per = "cluster";  ///< RedisPubSubOptions::channel_per, or `topic`.
  /// The options of Endpoint::presence().
  presence::ClusterOptions presence{.name = "Phoenix.Presence"};
  std::string log_level = "info";
  std::string log_format = "logfmt";
  LogOptions log_options = {};
  std::string log_file = {};    ///< In place of standard error; opened again by Server::reload().
  bool metrics = false;         ///< Serve `/metrics`, on the admin port if there is one.
  std::string access_log = {};  ///< A file; `-` is the log itself.
  std::string admin_host = "127.0.0.1";
  std::optional<std::uint16_t> admin_port = {};  ///< Opens ServerOptions::admin.
  std::string admin_token_file = {};             ///< Its first line is AdminApiOptions::token.
  std::size_t admin_rate = 1'000;                ///< AdminApiOptions::rate, and as many at once.
  AdminApiOptions api = {};  ///< What open_api() takes, once the token's file is given.
  bool dashboard = false;    ///< Serve `/dashboard` on the admin port; the API's token opens it.
  std::string trace_token_file = {};  ///< Its first line opens EndpointOptions::traces.
  /// Replaces the mount's own, if not empty: hosts as Origins::list takes them, or one word,
  /// `any` or `same-host`.
  std::vector<std::string> check_origin = {};
  // The mount's own, unless given:
  std::size_t message_rate = 0;   ///< Messages a second; 0 means no limit.
  std::size_t message_burst = 0;  ///< At once; 0 means as many as in a second.
  std::size_t byte_rate = 0;      ///< Bytes a second; 0 means no limit.
  std::size_t byte_burst = 0;     ///< At once; 0 means as many as in a second.

  /// Reads the secret's file, and copies all values to the options of Endpoint, Server and mounts.
  /// Raises the process's limit of open files as far as allowed. \throws OptionError that names
  /// what to set.
  void finish();
  /// The log that the options describe. \throws std::invalid_argument for an unknown level or
  /// format; std::runtime_error for a file that can't be opened.
  Log log() const;
  /// Makes the metrics, if the options ask for them, and serves their page. Call before the server
  /// is made.
  std::unique_ptr<Metrics> count(Endpoint& of);
  /// Makes the dashboard, if the options ask for one: then open_api() serves it. Call before the
  /// server is made, and before log(), whose last lines it shows. `listed` must outlive it.
  std::unique_ptr<Dashboard> watch(Endpoint& of, const Presence* listed = nullptr);
  /// Opens AdminApi on the admin port, if there is a token. Call before the server is made; `of`
  /// and `listed` must outlive it.
  void open_api(const Endpoint& of, const Presence* listed = nullptr);
};

/// One row: a flag without its dashes, its group and text in the help, and what it sets.
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
    std::uint64_t least = 0;  ///< In milliseconds.
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
  std::string other_name = {};  ///< An alias: `cert` for `tls-cert`.

  std::string environment_variable() const;
};

/// The rows, in the order of the help. They point into `options`.
std::vector<ProgramOption> options_of(ProgramOptions& options);

/// The flag that sets what an OptionError names: `--port` for ServerOptions::port.
std::string flag_of(const std::string& option);

}  // namespace phx
