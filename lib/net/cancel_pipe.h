#pragma once
/// \file
/// The descriptor by which libwebsockets can be woken, and which it does not always close.
///
/// libwebsockets 4.2 to 4.5 leave it open when a context is destroyed that ran on somebody else's
/// libuv loop; 4.1 closes it, and so does what comes after 4.5.

#include <uv.h>

#include <string>

namespace phx::net {

/// A value.
class CancelPipe {
 public:
  /// Looks for it among what the loop watches. REQUIRES: a context is on it.
  explicit CancelPipe(uv_loop_t& loop);

  /// Closes it where libwebsockets has not. REQUIRES: the context has been destroyed.
  void close_if_left() const;

 private:
  int descriptor_ = -1;
  std::string id_;  ///< The kernel's own number for the eventfd; empty where none was found.
};

}  // namespace phx::net
