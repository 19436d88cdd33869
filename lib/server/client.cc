/// Asks the kernel when a client was last heard.

#include "server/client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace phx::server {

Millis tcp_quiet_for(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Millis{0};
  return Millis{info.tcpi_last_data_recv};
}

}  // namespace phx::server
