/// Writes many lines at once, and counts those that could not be written.

#include "base/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace phx {
namespace {

constexpr Millis a_moment{1};

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Writes everything, however long that takes; after an error, returns what is left.
std::string_view write_all(int descriptor, std::string_view text) {
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

struct LineWriter::Shared {
  Shared(int to, LossNotice n) : descriptor(to), notice(std::move(n)) {}
  void run();

  const int descriptor;
  const LossNotice notice;
  std::mutex mutex;
  std::condition_variable work;  ///< Lines are waiting, or no more will come.
  std::condition_variable rest;  ///< Nothing is waiting.
  std::string waiting;           ///< At most max_bytes.
  std::size_t lost = 0;          ///< Lines lost since the last line that reported a loss.
  bool asleep = false;           ///< Waits for work.
  bool writing = false;
  bool hurried = false;  ///< A flush waits, or many lines do.
  bool ending = false;
};

LineWriter::LineWriter(int descriptor, LossNotice notice)
    : shared_(std::make_shared<Shared>(descriptor, std::move(notice))),
      thread_([shared = shared_] { shared->run(); }) {}

LineWriter::~LineWriter() {
  const bool done = flush();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->ending = true;
    shared_->work.notify_one();
  }
  done ? thread_.join() : thread_.detach();
}

void LineWriter::write(std::string_view lines) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->waiting.size() + lines.size() > max_bytes) {
    shared_->lost += lines_in(lines);
    return;
  }
  shared_->waiting += lines;
  const bool much = shared_->waiting.size() > max_bytes / 16;
  if (much) shared_->hurried = true;
  if (std::exchange(shared_->asleep, false) || much) shared_->work.notify_one();
}

bool LineWriter::flush(Millis patience) {
  std::unique_lock lock(shared_->mutex);
  shared_->hurried = true;
  shared_->work.notify_one();
  return shared_->rest.wait_for(lock, patience,
                                [this] { return shared_->waiting.empty() && !shared_->writing; });
}

void LineWriter::Shared::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    asleep = waiting.empty();
    work.wait(lock, [this] { return ending || !waiting.empty(); });
    if (waiting.empty()) return;
    // A wake-up costs more than a line, so wait a moment and write several at once.
    work.wait_for(lock, a_moment, [this] { return hurried; });
    writing = true;
    const std::size_t reported = lost;
    std::string batch = std::exchange(waiting, {});
    lock.unlock();
    if (reported > 0) batch += notice(reported);  // the lost lines came after the kept ones
    const std::string_view left = write_all(descriptor, batch);
    lock.lock();
    lost += lines_in(left);
    if (reported > 0) lost -= left.empty() ? reported : 1;  // it is the last line
    writing = false;
    if (!waiting.empty()) continue;
    hurried = false;
    rest.notify_all();
  }
}

}  // namespace phx
