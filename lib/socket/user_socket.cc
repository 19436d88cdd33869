/// What a user socket does unless it says otherwise.

#include "socket/user_socket.h"

namespace phx {

ConnectResult UserSocket::connect(Connect, Socket&) const { return Accepted{}; }

}  // namespace phx
