#pragma once
/// \file
/// The descriptor that wakes libwebsockets, and that libwebsockets does not always close just once.
///
/// When a context on a foreign libuv loop is destroyed, libwebsockets 4.2 to 4.5 leave it open. 4.1
/// closes it twice, the second time when the loop turns: if another thread has reused the number in
/// between, say for a second server's port, that is what gets closed.

#include <uv.h>

#include <string>

namespace phx::net {

/// Neither copied nor moved.
class CancelPipe {
 public:
  /// Finds that of the context which was made last on this loop. REQUIRES: there is one.
  explicit CancelPipe(uv_loop_t& loop);
  CancelPipe(const CancelPipe&) = delete;
  CancelPipe& operator=(const CancelPipe&) = delete;
  ~CancelPipe();

  /// To be called just before the context's destruction begins.
  void is_about_to_close();
  /// If libwebsockets has closed it, puts something harmless in its place. REQUIRES: the context's
  /// destruction has only just begun, and the loop has not turned since.
  void keep_place();
  /// Closes it if libwebsockets has not. REQUIRES: the context has been destroyed.
  void close_if_left() const;

 private:
  int descriptor_ = -1;
  std::string id_;           ///< The kernel's own number for the eventfd; empty if none was found.
  int harmless_ = -1;        ///< Another eventfd, to take its place,
  std::string harmless_id_;  ///< and its number.
};

}  // namespace phx::net
