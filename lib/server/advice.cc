/// Checks the options once, before the first client comes.

#include "server/advice.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <limits>

namespace phx::server {
namespace {

/// Descriptors for other things than connections: logs, ports, loops, a file now and then.
constexpr std::size_t descriptors_of_its_own = 64;
constexpr std::size_t descriptors_a_shard = 10;

std::size_t open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<std::size_t>::max();
  }
  return limit.rlim_cur;
}

}  // namespace

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::vector<std::string> unprotected(const Endpoint& endpoint, const ServerOptions& options) {
  std::vector<std::string> sentences;
  if (!options.tls && !is_loopback(options.host)) {
    sentences.push_back(
        "TLS is off, and other machines can connect: anyone between can read and "
        "change what clients send");
  }
  std::vector<std::string> any_origin;
  std::vector<std::string> own_host;
  std::vector<std::string> any_rate;
  std::vector<std::string> any_bytes;
  for (const transport::Mount& mount : endpoint.mounts()) {
    if (mount.check_origin.allow_any()) any_origin.push_back(mount.path);
    if (mount.check_origin.trust_host(endpoint.url_host()) && !is_loopback(options.host)) {
      own_host.push_back(mount.path);
    }
    if (!mount.message_rate) any_rate.push_back(mount.path);
    if (!mount.byte_rate) any_bytes.push_back(mount.path);
  }
  if (!any_origin.empty()) {
    sentences.push_back(
        fmt::format("check_origin is off at {}: any page on the internet can "
                    "connect as the person who opens it",
                    fmt::join(any_origin, ", ")));
  }
  if (!own_host.empty()) {
    sentences.push_back(
        fmt::format("url_host is not set, and at {} pages are compared with the host that each "
                    "request names: a page on any domain that resolves to this server can connect",
                    fmt::join(own_host, ", ")));
  }
  if (!any_rate.empty()) {
    sentences.push_back(
        fmt::format("message_rate is off at {}: one client may send as fast as it can",
                    fmt::join(any_rate, ", ")));
  }
  if (!any_bytes.empty()) {
    sentences.push_back(
        fmt::format("byte_rate is off at {}: one client may send as much as the network takes",
                    fmt::join(any_bytes, ", ")));
  }
  return sentences;
}

std::string out_of_reach(const ServerOptions& options, std::size_t descriptors) {
  const std::size_t needed =
      options.max_connections + descriptors_of_its_own + options.shards * descriptors_a_shard;
  if (needed <= descriptors) return {};
  return fmt::format(
      "max_connections is {}, but this process may have {} files open: connections beyond that "
      "wait; raise `ulimit -n` (LimitNOFILE= of a systemd unit) to {}, or lower max_connections",
      options.max_connections, descriptors, needed);
}

void log_advice(const Log& log, const Endpoint& endpoint, const ServerOptions& options) {
  const Level level = is_loopback(options.host) ? Level::info : Level::warn;
  for (const std::string& sentence : unprotected(endpoint, options)) log.write(level, sentence);
  if (const auto sentence = out_of_reach(options, open_files_limit()); !sentence.empty()) {
    log.warn(sentence);
  }
}

}  // namespace phx::server
