/// The table of options, and the use of their values.

#include "options/program_options.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace phx {
namespace {

constexpr const char* listening = "Listening";
constexpr const char* secrets = "Secrets";
constexpr const char* origins = "Origins and hosts";
constexpr const char* connections = "Limits on connections";
constexpr const char* requests = "Limits on requests";
constexpr const char* clients = "Limits per client";
constexpr const char* processes = "Limits on processes";
constexpr const char* leaving = "Stopping";
constexpr const char* nodes = "Other nodes";
constexpr const char* watching = "Logs and metrics";

std::string first_line(const std::string& file, const char* option) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line)) {
    throw OptionError(option,
                      fmt::format("expected a file with a secret in its first line; could not "
                                  "read \"{}\"",
                                  file));
  }
  return line;
}

std::shared_ptr<telemetry::Traces> traces_of(const std::string& token,
                                             const ParameterFilter& filter) try {
  return std::make_shared<telemetry::Traces>(token, filter);
} catch (const std::invalid_argument& error) {
  throw OptionError("ProgramOptions::trace_token_file", error.what());
}

transport::Origins origins_of(const std::vector<std::string>& entries) {
  if (entries == std::vector<std::string>{"any"}) return transport::Origins::any();
  if (entries == std::vector<std::string>{"same-host"}) return transport::Origins::same_host();
  return transport::Origins::list(entries);
}

cluster::ChannelPer channel_per_of(const std::string& word) {
  if (word == "cluster") return cluster::ChannelPer::cluster;
  if (word == "topic") return cluster::ChannelPer::topic;
  throw OptionError("ProgramOptions::redis_channel_per",
                    fmt::format("expected cluster or topic, got \"{}\"", word));
}

/// An unchanged rate keeps the mount's own burst.
template <class Rate>
void set_rate(std::optional<Rate>& of_mount, std::size_t per_second, std::size_t burst) {
  if (per_second == 0) return of_mount.reset();
  const bool same = of_mount && of_mount->per_second == per_second;
  const std::size_t own = same ? of_mount->burst : per_second;
  of_mount = Rate{per_second, burst > 0 ? burst : own};
}

/// Shells give programs a low soft limit because select() fails above it. We use epoll.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// The options that limit something, with their values.
std::vector<dashboard::LimitRow> limits_of(ProgramOptions& options) {
  std::vector<dashboard::LimitRow> rows;
  for (const ProgramOption& option : options_of(options)) {
    const bool limits = std::string_view(option.group).starts_with("Limits ") ||
                        option.group == leaving || option.name == "memory";
    if (!limits) continue;
    dashboard::LimitRow row{option.name, option.help, "", 0};
    if (const auto* count = std::get_if<ProgramOption::Count>(&option.target)) {
      row.value = *count->value;
    } else if (const auto* bytes = std::get_if<ProgramOption::Bytes>(&option.target)) {
      row.value = *bytes->value;
      row.unit = "bytes";
    } else if (const auto* time = std::get_if<ProgramOption::Time>(&option.target)) {
      row.value = static_cast<std::uint64_t>(time->value->count());
      row.unit = "ms";
    } else {
      continue;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

// One table, to be read from top to bottom, however long.
// NOLINTNEXTLINE(readability-function-size)
std::vector<ProgramOption> options_of(ProgramOptions& options) {
  using Option = ProgramOption;
  ServerOptions& server = options.server;
  EndpointOptions& endpoint = options.endpoint;
  transport::Mount& mount = options.mount;
  if (!mount.websocket) mount.websocket.emplace();
  if (!mount.longpoll) mount.longpoll.emplace();
  if (mount.message_rate) options.message_rate = mount.message_rate->per_second;
  if (mount.byte_rate) options.byte_rate = mount.byte_rate->per_second;
  return {
      {"host", listening, "the address to listen on", Option::Text{&server.host}},
      {"port", listening, "the port; 0 picks a free one", Option::Port{&server.port}},
      {"tls-cert", listening, "a certificate (a PEM file): the port speaks https and wss",
       Option::Text{&options.tls.cert}, "cert"},
      {"tls-key", listening, "the certificate's private key (a PEM file)",
       Option::Text{&options.tls.key}, "key"},
      {"http-port", listening, "a plain port beside the TLS port; 0 picks a free one",
       Option::OptionalPort{&server.http_port}},
      {"trusted-proxies", listening,
       "addresses and networks (10.0.0.0/8) whose X-Forwarded-For counts",
       Option::List{&server.trusted_proxies}},
      {"proxy-protocol", listening, "trusted proxies begin each connection with a PROXY header",
       Option::Switch{&server.proxy_protocol}},
      {"shards", listening, "threads; 0 means one per core", Option::Count{&server.shards, 0, 64}},
      {"worker-threads", listening, "threads for handlers that block; further handlers wait",
       Option::Count{&server.worker_threads, 1, 1'000}},
      {"max-workers-per-client", listening, "of these, for one client at a time; 0 means no limit",
       Option::Count{&server.max_workers_per_client, 0, 1'000}},
      {"max-workers-per-address", listening, "of these, for all clients of one address at a time",
       Option::Count{&server.max_workers_per_address, 0, 1'000}},
      {"memory", listening,
       "limit for the whole process; 0 means half of what the machine or cgroup has",
       Option::Bytes{&server.memory, 0}},

      {"secret-key-base", secrets,
       "the secret that signs tokens, at least 20 bytes; by default random at each start",
       Option::Text{&endpoint.secret_key_base}},
      {"secret-key-base-file", secrets, "a file with that secret, to keep it off the process list",
       Option::Text{&options.secret_key_base_file}},

      {"check-origin", origins,
       "pages that may connect: //example.com, https://*.example.com, …; or any, or same-host",
       Option::List{&options.check_origin}},
      {"url-host", origins, "the host that pages come from",
       Option::OptionalText{&endpoint.url_host}},

      {"max-connections", connections, "in total; more are closed on arrival",
       Option::Count{&server.max_connections, 1, 1'000'000}},
      {"max-connections-per-address", connections, "from one address; 0 means no limit",
       Option::Count{&server.max_connections_per_address}},
      {"max-longpoll-sessions", connections, "in total; one more gets 503",
       Option::Count{&endpoint.max_longpoll_sessions}},
      {"max-longpoll-sessions-per-address", connections, "from one address; 0 means no limit",
       Option::Count{&endpoint.max_longpoll_sessions_per_address}},
      {"tls-handshake", connections, "time for a TLS handshake; then the client is dropped",
       Option::Time{&options.tls.handshake_patience, 1}},

      {"max-head", requests, "size of request line and headers", Option::Bytes{&server.http.head}},
      {"max-body", requests, "size of a request's body", Option::Bytes{&server.http.body}},
      {"max-skipped", requests, "how much more of a body that is too long is read to answer 400",
       Option::Bytes{&server.http.skipped, 0}},
      {"max-fields", requests, "number of headers in a request",
       Option::Count{&server.http.fields, 1}},
      {"request-patience", requests,
       "time for a request to arrive, and for each part of its response to be sent",
       Option::Time{&server.http.patience, 1}},

      {"max-frame-size", clients, "size of one message, before and after inflating",
       Option::Bytes{&mount.websocket->max_frame_size}},
      {"max-channels", clients, "topics joined by one socket",
       Option::Count{&options.socket.max_channels, 1}},
      {"max-name-size", clients, "size of a topic, an event, a ref or a join_ref",
       Option::Bytes{&options.socket.max_name_size}},
      {"max-json-bytes", clients, "size of a payload that a handler may read",
       Option::Bytes{&options.socket.max_json_bytes}},
      {"max-meta-bytes", clients, "size of a presence's key and meta",
       Option::Bytes{&options.max_meta_bytes}},
      {"websocket-timeout", clients, "time without a byte after which a websocket is closed",
       Option::Time{&mount.websocket->timeout, 1}},
      {"message-rate", clients, "messages a second; 0 means no limit",
       Option::Count{&options.message_rate}},
      {"message-burst", clients, "messages at once; 0 means one second's worth",
       Option::Count{&options.message_burst}},
      {"byte-rate", clients, "bytes a second; faster clients are slowed down; 0 means no limit",
       Option::Bytes{&options.byte_rate, 0}},
      {"byte-burst", clients, "bytes at once; 0 means one second's worth",
       Option::Bytes{&options.byte_burst, 0}},
      {"message-patience", clients, "time for one message, from its first byte to its last",
       Option::Time{&mount.websocket->message_patience, 1}},
      {"write-patience", clients, "how long bytes may wait for a client; then it is dropped",
       Option::Time{&server.write_patience, 1}},
      {"client-memory", clients, "queued for one client, in its outbox and its mailboxes",
       Option::Bytes{&server.client_memory}},
      {"outbox-limit", clients, "queued in one client's outbox; above this, it is disconnected",
       Option::Bytes{&server.outbox_limit, 1'000}},
      {"longpoll-window", clients, "how long a poll waits for messages",
       Option::Time{&mount.longpoll->window, 1}},
      {"max-waiting-frames", clients, "frames queued in a long-poll session",
       Option::Count{&mount.longpoll->max_waiting_frames, 1}},
      {"max-waiting-bytes", clients, "size of the frames queued in a long-poll session",
       Option::Bytes{&mount.longpoll->max_waiting_bytes}},

      {"max-mailbox", processes, "messages queued for one process",
       Option::Count{&server.processes.mailbox, 1}},
      {"max-mailbox-bytes", processes, "size of the messages queued for one process",
       Option::Bytes{&server.processes.mailbox_bytes}},
      {"long-turn", processes, "a turn that takes longer is logged",
       Option::Time{&server.processes.long_turn}},
      {"turn-time", processes, "how long a process runs before others get their turn",
       Option::Time{&server.time.turn}},
      {"run-time", processes, "how long processes run before input and output get their turn",
       Option::Time{&server.time.run}},

      {"farewell", leaving, "time for a client to close its connection; then it is dropped",
       Option::Time{&server.farewell}},
      {"drain-batch", leaving, "connections drained at a time",
       Option::Count{&mount.drainer.batch_size, 1}},
      {"drain-interval", leaving, "time from one batch to the next",
       Option::Time{&mount.drainer.batch_interval}},
      {"drain-limit", leaving, "time for all batches; then the rest are drained at once",
       Option::Time{&mount.drainer.shutdown}},

      {"redis", nodes,
       "redis://user:password@host:port/database, which connects the nodes, Phoenix's included",
       Option::Text{&options.redis.url}},
      {"node", nodes, "this node's unique name; by default random at each start",
       Option::Text{&options.redis.node_name}},
      {"pubsub", nodes, "the cluster's name: the PubSub's in Phoenix, such as MyApp.PubSub",
       Option::Text{&options.redis.pubsub}},
      {"redis-channel-per", nodes,
       "cluster: one Redis channel, as in Phoenix; topic: one for each topic",
       Option::Text{&options.redis_channel_per}},
      {"redis-compression", nodes, "compression of messages, 1 to 9; 0 means none",
       Option::Count{&options.redis.messages.compression_level, 0, 9}},
      {"redis-max-message", nodes, "size of one message; a larger broadcast stays on its node",
       Option::Bytes{&options.redis.messages.max_bytes}},
      {"redis-max-transfer", nodes, "size of a list of presences to or from a Phoenix node",
       Option::Bytes{&options.redis.messages.max_transfer_bytes}},
      {"redis-keep-messages", nodes, "latest messages kept while Redis is away; older are lost",
       Option::Count{&options.redis.keep_messages, 0, 1'000'000}},
      {"redis-keep-for", nodes, "time after which a kept message is lost",
       Option::Time{&options.redis.keep_for}},
      {"presence", nodes, "the presence's name: the module's in Phoenix, such as MyAppWeb.Presence",
       Option::Text{&options.presence.name}},
      {"presence-pool-size", nodes, "trackers that share its topics; the same on all nodes",
       Option::Count{&options.presence.pool_size, 1, 1'024}},
      {"broadcast-period", nodes, "time from one message of a tracker to the next",
       Option::Time{&options.presence.tracker.broadcast_period}},
      {"max-silent-periods", nodes, "periods in which a tracker may send nothing",
       Option::Count{&options.presence.tracker.max_silent_periods, 0, 1'000'000}},
      {"down-period", nodes,
       "a node that is silent for longer is down; 0 means twice the longest silence",
       Option::Time{&options.presence.tracker.down_period}},
      {"permdown-period", nodes, "a node that is silent for longer is gone for good",
       Option::Time{&options.presence.tracker.permdown_period}},

      {"admin-port", watching, "a separate port for /health, /ready and /metrics",
       Option::OptionalPort{&options.admin_port}},
      {"admin-host", watching, "its address: loopback, or a network that you trust",
       Option::Text{&options.admin_host}},
      {"admin-token-file", watching,
       "a file with a token that lets HTTP clients broadcast, disconnect and list presences",
       Option::Text{&options.admin_token_file}},
      {"admin-rate", watching, "requests a second with that token",
       Option::Count{&options.admin_rate, 1}},
      {"admin-body", watching, "size of such a request's body",
       Option::Bytes{&options.api.max_body}},
      {"dashboard", watching, "serve /dashboard on the admin port, to those with that token",
       Option::Switch{&options.dashboard}},
      {"trace-token-file", watching,
       "for development: trace the frames of clients with the token in this file",
       Option::Text{&options.trace_token_file}},
      {"metrics", watching, "serve metrics for Prometheus at /metrics",
       Option::Switch{&options.metrics}},
      {"log-level", watching, "debug, info, warn, error or off", Option::Text{&options.log_level},
       "log"},
      {"log-format", watching, "logfmt, or json: one object per line",
       Option::Text{&options.log_format}},
      {"access-log", watching, "a file with a line per request; - means the log's own",
       Option::Text{&options.access_log}},
      {"log-file", watching, "write the log here, not to standard error; SIGHUP reopens it",
       Option::Text{&options.log_file}},
      {"log-lines-a-second", watching, "lines of one kind; more are only counted; 0 writes all",
       Option::Count{&options.log_options.lines_a_second}},
  };
}

std::string ProgramOption::environment_variable() const {
  std::string variable = name;
  for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return variable;
}

void ProgramOptions::finish() {
  if (!secret_key_base_file.empty()) {
    endpoint.secret_key_base =
        first_line(secret_key_base_file, "ProgramOptions::secret_key_base_file");
  }
  if (!admin_token_file.empty()) {
    if (!admin_port) {
      throw OptionError("ProgramOptions::admin_port",
                        "expected a port for the API, because there is a token");
    }
    api.token = first_line(admin_token_file, "ProgramOptions::admin_token_file");
    api.rate = {admin_rate, admin_rate};
  }
  if (dashboard && api.token.empty()) {
    throw OptionError("ProgramOptions::admin_token_file",
                      "expected a file with a token for the dashboard, got none");
  }
  if (!trace_token_file.empty()) {
    endpoint.traces = traces_of(first_line(trace_token_file, "ProgramOptions::trace_token_file"),
                                endpoint.filter_parameters);
  }
  if (tls.cert.empty() != tls.key.empty()) {
    throw OptionError(tls.cert.empty() ? "TlsOptions::cert" : "TlsOptions::key",
                      "expected a certificate and its key, got only one of them");
  }
  if (!tls.cert.empty()) server.tls = tls;
  if (!check_origin.empty()) mount.check_origin = origins_of(check_origin);
  set_rate(mount.message_rate, message_rate, message_burst);
  set_rate(mount.byte_rate, byte_rate, byte_burst);
  if (!access_log.empty()) {
    const std::string& file = access_log == "-" ? log_file : access_log;
    const LogFormat format = log_format_of(log_format);
    const LogOptions every_line{.lines_a_second =
                                    0};  // at least one is given, and they are of one kind
    server.access_log = file.empty() ? Log::to_stderr(Level::info, format, every_line)
                                     : Log::to_file(file, Level::info, format, every_line);
  }
  if (admin_port) server.admin = AdminOptions{.host = admin_host, .port = *admin_port};
  redis.channel_per = channel_per_of(redis_channel_per);
  if (!redis.url.empty()) endpoint.pubsub = redis_pubsub(redis);
  raise_descriptor_limit();
}

std::unique_ptr<Metrics> ProgramOptions::count(Endpoint& of) {
  if (!metrics) return nullptr;
  if (!server.admin) return std::make_unique<Metrics>(of);
  auto counting = std::make_unique<Metrics>(of, "");
  server.admin->pages["/metrics"] = counting->page();
  return counting;
}

std::unique_ptr<Dashboard> ProgramOptions::watch(Endpoint& of, const Presence* listed) {
  if (!dashboard) return nullptr;
  log_options.tail = std::make_shared<LogTail>();
  auto watching_all = std::make_unique<Dashboard>(of, DashboardOptions{.limits = limits_of(*this),
                                                                       .log = log_options.tail,
                                                                       .presence = listed,
                                                                       .traces = endpoint.traces});
  api.dashboard = watching_all.get();
  return watching_all;
}

void ProgramOptions::open_api(const Endpoint& of, const Presence* listed) {
  if (!server.admin || api.token.empty()) return;
  api.presence = listed;
  server.admin->api = std::make_shared<AdminApi>(of, api);
}

Log ProgramOptions::log() const {
  const Level least = level_of(log_level);
  const LogFormat format = log_format_of(log_format);
  return log_file.empty() ? Log::to_stderr(least, format, log_options)
                          : Log::to_file(log_file, least, format, log_options);
}

std::string flag_of(const std::string& option) {
  std::string name = option.substr(option.rfind(':') + 1);
  std::replace(name.begin(), name.end(), '_', '-');
  if (name == "url") return "--redis";
  if (name == "token") return "--admin-token-file";
  if (option.starts_with("AdminOptions::")) return "--admin-" + name;
  return name == "tls" ? "--tls-cert and --tls-key" : "--" + name;
}

}  // namespace phx
