/// \file
/// Finds the measured server: its URL, its address, and whether it answers.
#include "conformance/load/client/target.h"

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

#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr int patience_ms = 3'000;

[[noreturn]] void nobody(const Target& target, int error) {
  throw Unreachable(fmt::format("no server answers at {}:{}: {}", target.host, target.port,
                                std::strerror(error)));
}

}  // namespace

std::optional<Target> parse_url(std::string_view url) {
  const bool secure = url.starts_with("wss://");
  if (!secure && !url.starts_with("ws://")) return std::nullopt;
  url.remove_prefix(url.find("//") + 2);
  const auto slash = std::min(url.find('/'), url.size());
  auto authority = url.substr(0, slash);
  Target target{.host = std::string{authority},
                .port = static_cast<std::uint16_t>(secure ? 443 : 80),
                .mount = std::string{url.substr(slash)},
                .pid = std::nullopt,
                .secure = secure};
  while (target.mount.ends_with('/')) target.mount.pop_back();
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  if (const auto colon = authority.find(':', bracket); colon != std::string_view::npos) {
    target.host = authority.substr(0, colon);
    const auto* end = authority.data() + authority.size();
    const auto read = std::from_chars(authority.data() + colon + 1, end, target.port);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  }
  if (bracket != 0) {
    if (target.host.size() != bracket + 1) return std::nullopt;
    target.host = target.host.substr(1, bracket - 1);
  }
  if (target.host.empty() || target.port == 0) return std::nullopt;
  return target;
}

void resolve(Target& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(target.port);
  if (const int error = getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found); error != 0)
    throw Unreachable(fmt::format("{}: {}", target.host, gai_strerror(error)));
  target.addresses.clear();
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    Address& address = target.addresses.emplace_back();
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
  }
  freeaddrinfo(found);
  if (target.addresses.empty()) throw Unreachable(fmt::format("{} has no address", target.host));
}

int start_connecting(const Target& target) {
  const Address& address = target.addresses.front();
  const int fd = socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw Failure(fmt::format("socket: {}", std::strerror(errno)));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (connect(fd, bytes, address.size) == 0 || errno == EINPROGRESS) return fd;
  const int error = errno;
  close(fd);
  nobody(target, error);
}

namespace {

void knock_at_first(const Target& target) {
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

}  // namespace

void knock(Target& target) {
  for (std::size_t tried = 1;; ++tried) {
    try {
      return knock_at_first(target);
    } catch (const Unreachable&) {
      if (tried == target.addresses.size()) throw;
    }
    std::rotate(target.addresses.begin(), target.addresses.begin() + 1, target.addresses.end());
  }
}

bool accepts(Target target) {
  try {
    knock(target);
    return true;
  } catch (const Unreachable&) {
    return false;
  }
}

}  // namespace phx::bench
