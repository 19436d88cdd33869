/// A user socket's default callbacks.

#include "socket/user_socket.h"

namespace phx {

ConnectResult UserSocket::connect(Connect, Socket&) const { return Accepted{}; }

}  // namespace phx
