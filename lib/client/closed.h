#pragma once
/// \file
/// How a connection ended, or did not begin.

#include <string>

namespace phx {

struct ClientClosed {
  /// The server's close frame's; 1005 if it had none, 1006 if there was no frame.
  unsigned code = 1006;
  std::string reason = {};  ///< For people; empty where all is in order.
};

}  // namespace phx
