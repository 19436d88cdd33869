/// Recognises an eventfd by the number that the kernel gave it.

#include "net/cancel_pipe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

namespace phx::net {
namespace {

/// Tells an eventfd from a later one on the same descriptor; empty if it is not an eventfd.
std::string eventfd_id(int descriptor) {
  constexpr std::string_view title = "eventfd-id:";
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", descriptor));
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with(title)) return line.substr(title.size());
  }
  return {};
}

}  // namespace

CancelPipe::CancelPipe(uv_loop_t& loop) {
  const auto look = [](uv_handle_t* handle, void* self) noexcept {
    uv_os_fd_t descriptor = -1;
    if (handle->type != UV_POLL || uv_fileno(handle, &descriptor) != 0) return;
    const std::string id = eventfd_id(descriptor);
    if (id.empty()) return;
    static_cast<CancelPipe*>(self)->descriptor_ = descriptor;
    static_cast<CancelPipe*>(self)->id_ = id;
  };
  uv_walk(&loop, look, this);  // the oldest handle first, so the last one found stays
}

CancelPipe::~CancelPipe() {
  if (harmless_ >= 0) ::close(harmless_);
}

void CancelPipe::is_about_to_close() {
  harmless_ = ::eventfd(0, EFD_CLOEXEC);
  harmless_id_ = eventfd_id(harmless_);
}

/// Only two system calls, without /proc: another thread may open a descriptor at any moment.
void CancelPipe::keep_place() {
  if (id_.empty() || ::fcntl(descriptor_, F_GETFD) != -1) return;
  const int placed = ::fcntl(harmless_, F_DUPFD_CLOEXEC, descriptor_);  // the first free number
  if (placed != descriptor_) ::close(placed);
}

void CancelPipe::close_if_left() const {
  const std::string now = id_.empty() ? id_ : eventfd_id(descriptor_);
  if (!now.empty() && (now == id_ || now == harmless_id_)) ::close(descriptor_);
}

}  // namespace phx::net
