/// Writes many lines at once, and counts those that could not be written.

#include "base/line_writer.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace phx {
namespace {

constexpr Millis a_moment{1};

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// While it lives, pthread_cancel() ends this thread, and unwinds its stack as an exception would.
/// At all other times a cancellation waits.
class Cancellable {
 public:
  Cancellable() { ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr); }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  ~Cancellable() { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); }
};

/// Writes everything, however long that takes; after an error, returns what is left.
std::string_view write_all(int descriptor, std::string_view text) {
  const Cancellable here;
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // the parent process made it non-blocking
      pollfd room{descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return text;
}

}  // namespace

LineWriter::LineWriter(int descriptor, LossNotice notice)
    : descriptor_(descriptor), notice_(std::move(notice)), thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  // If nobody reads the pipe or the terminal, the write never returns. The thread holds no lock
  // while it writes, so it may be cancelled there.
  if (!flush()) ::pthread_cancel(thread_.native_handle());
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    work_.notify_one();
  }
  thread_.join();
}

void LineWriter::write(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + lines.size() > max_bytes) {
    lost_ += lines_in(lines);
    return;
  }
  waiting_ += lines;
  const bool much = waiting_.size() > max_bytes / 16;
  if (much) hurried_ = true;
  if (std::exchange(asleep_, false) || much) work_.notify_one();
}

bool LineWriter::flush(Millis patience) {
  std::unique_lock lock(mutex_);
  hurried_ = true;
  work_.notify_one();
  return rest_.wait_for(lock, patience, [this] { return waiting_.empty() && !writing_; });
}

void LineWriter::run() {
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  std::unique_lock lock(mutex_);
  for (;;) {
    asleep_ = waiting_.empty();
    work_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // A wake-up costs more than a line, so wait a moment and write several at once.
    work_.wait_for(lock, a_moment, [this] { return hurried_; });
    writing_ = true;
    const std::size_t reported = lost_;
    std::string batch = std::exchange(waiting_, {});
    lock.unlock();
    if (reported > 0) batch += notice_(reported);  // the lost lines came after the kept ones
    const std::string_view left = write_all(descriptor_, batch);
    lock.lock();
    lost_ += lines_in(left);
    if (reported > 0) lost_ -= left.empty() ? reported : 1;  // it is the last line
    writing_ = false;
    if (!waiting_.empty()) continue;
    hurried_ = false;
    rest_.notify_all();
  }
}

}  // namespace phx
