/// Reads and writes without blocking.

#include "conformance/suite/wire/end.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace phx::conformance {

pollfd wait_of(const End& end) {
  const bool reads = !end.finished;
  const bool writes = !end.unsent.empty();
  return {reads || writes ? end.fd : -1,
          static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
}

void read_from(End& end) {
  std::array<char, 65'536> bytes;
  const ssize_t got = ::recv(end.fd, bytes.data(), bytes.size(), 0);
  if (got > 0) end.unread.append(bytes.data(), static_cast<std::size_t>(got));
  if (got == 0) end.finished = true;
  if (got < 0 && errno != EAGAIN && errno != EINTR) end.finished = end.broken = true;
}

void write_to(End& end) {
  if (!end.unsent.empty()) {
    const ssize_t sent = ::send(end.fd, end.unsent.data(), end.unsent.size(), MSG_NOSIGNAL);
    if (sent > 0) end.unsent.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) end.broken = true;
  }
  if (!end.to_finish || !end.unsent.empty() || end.said_goodbye) return;
  end.said_goodbye = true;
  ::shutdown(end.fd, SHUT_WR);
}

void close_end(End& end) {
  if (end.fd < 0) return;
  if (end.broken) {
    const linger at_once{1, 0};
    ::setsockopt(end.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(std::exchange(end.fd, -1));
}

}  // namespace phx::conformance
