#pragma once
/// \file
/// The descriptor by which libwebsockets can be woken, and which it does not always close once.
///
/// When a context is destroyed that ran on somebody else's libuv loop, libwebsockets 4.2 to 4.5
/// leave it open. 4.1 closes it twice, the second time when the loop turns: a descriptor that
/// another thread has opened in between, a second server's port, would be closed in its stead.

#include <uv.h>

#include <string>

namespace phx::net {

/// Made when a context's destruction is about to begin. Neither copied nor moved.
class CancelPipe {
 public:
  /// Looks for it among what the loop watches. REQUIRES: a context is on it.
  explicit CancelPipe(uv_loop_t& loop);
  CancelPipe(const CancelPipe&) = delete;
  CancelPipe& operator=(const CancelPipe&) = delete;
  ~CancelPipe();

  /// Puts something harmless in its place, where libwebsockets has closed it. REQUIRES: the
  /// context's destruction has begun, at once before, and the loop has not turned since.
  void keep_place();
  /// Closes what libwebsockets has not. REQUIRES: the context has been destroyed.
  void close_if_left() const;

 private:
  int descriptor_ = -1;
  std::string id_;  ///< The kernel's own number for the eventfd; empty where none was found.
  int harmless_;    ///< What can take its place: another eventfd,
  std::string harmless_id_;  ///< and its number.
};

}  // namespace phx::net
