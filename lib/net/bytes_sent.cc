/// The kernel's counts for a connection. Its header can't be included with libc's, which lacks
/// them.

#include <linux/tcp.h>
#include <sys/socket.h>

#include "net/lws_stream.h"

namespace phx::net {

std::uint64_t LwsStream::bytes_sent() const {
  constexpr int level_tcp = 6;  // IPPROTO_TCP
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket_, level_tcp, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
}

}  // namespace phx::net
