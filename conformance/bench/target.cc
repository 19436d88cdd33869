/// \file
/// Finds the measured server: its URL, its address, and whether anybody is at home.
#include "conformance/bench/target.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "conformance/bench/error.h"

namespace phx::bench {
namespace {

constexpr int patience_ms = 3'000;

[[noreturn]] void nobody(const Target& target, int error) {
  throw Unreachable(
      fmt::format("nobody answers at {}:{}: {}", target.host, target.port, std::strerror(error)));
}

}  // namespace

std::optional<Target> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "ws://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto slash = std::min(url.find('/'), url.size());
  auto authority = url.substr(0, slash);
  Target target{std::string{authority}, 80, std::string{url.substr(slash)}, std::nullopt};
  while (target.mount.ends_with('/')) target.mount.pop_back();
  if (const auto colon = authority.rfind(':'); colon != std::string_view::npos) {
    target.host = authority.substr(0, colon);
    const auto* end = authority.data() + authority.size();
    const auto read = std::from_chars(authority.data() + colon + 1, end, target.port);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  }
  if (target.host.empty() || target.port == 0) return std::nullopt;
  return target;
}

void resolve(Target& target) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(target.port);
  if (const int error = getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found); error != 0)
    throw Unreachable(fmt::format("{}: {}", target.host, gai_strerror(error)));
  std::memcpy(&target.address, found->ai_addr, sizeof target.address);
  freeaddrinfo(found);
}

int start_connecting(const Target& target) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw Failure(fmt::format("socket: {}", std::strerror(errno)));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  if (connect(fd, address, sizeof target.address) == 0 || errno == EINPROGRESS) return fd;
  const int error = errno;
  close(fd);
  nobody(target, error);
}

void knock(const Target& target) {
  const int fd = start_connecting(target);
  pollfd waiting{fd, POLLOUT, 0};
  int error = ETIMEDOUT;
  if (poll(&waiting, 1, patience_ms) == 1) {
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  close(fd);
  if (error != 0) nobody(target, error);
}

bool accepts(const Target& target) {
  try {
    knock(target);
    return true;
  } catch (const Unreachable&) {
    return false;
  }
}

}  // namespace phx::bench
