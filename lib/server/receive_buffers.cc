/// One stretch of addresses, cut into slots; memory is in them only where somebody has written.

#include "server/receive_buffers.h"

#include <libwebsockets.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace phx::server {
namespace {

// libwebsockets asks for some bytes more than that. Whole pages, or a rest would take a
// neighbour's.
const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
const std::size_t slot = (receive_size / page + 1) * page;
constexpr std::size_t most_slots = 65'536;          // more connections have theirs from malloc
constexpr std::size_t few_slots = most_slots / 64;  // where addresses are rationed

class Slots {
 public:
  Slots() {
    for (std::size_t count = most_slots; count >= few_slots && begin_ == nullptr; count /= 2) {
      void* mapped = mmap(nullptr, count * slot, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (mapped == MAP_FAILED) continue;
      madvise(mapped, count * slot, MADV_NOHUGEPAGE);  // or one touch would bring two megabytes
      begin_ = fresh_ = static_cast<char*>(mapped);
      end_ = begin_ + count * slot;
    }
  }

  void* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return fresh_ == end_ ? nullptr : std::exchange(fresh_, fresh_ + slot);
    void* newest = free_.back();
    free_.pop_back();
    cold_ = std::min(cold_, free_.size());
    return newest;
  }

  bool give_back(void* buffer) {
    const std::less<const void*> before;
    if (before(buffer, begin_) || !before(buffer, end_)) return false;
    const std::lock_guard lock(mutex_);
    free_.push_back(buffer);
    return true;
  }

  void cool() {
    const std::lock_guard lock(mutex_);
    for (; cold_ < free_.size(); ++cold_) madvise(free_[cold_], slot, MADV_DONTNEED);
  }

 private:
  std::mutex mutex_;
  char* begin_ = nullptr;
  char* end_ = nullptr;
  char* fresh_ = nullptr;    ///< Nobody has had any from here on.
  std::vector<void*> free_;  ///< At most as many as there are slots; the newest is taken first.
  std::size_t cold_ = 0;     ///< So many at the beginning of free_ have no pages any more.
};

Slots& slots() {
  static Slots all;
  return all;
}

thread_local void* last = nullptr;

/// What libwebsockets calls for every allocation; of size 0, to free.
void* allocate(void* old, std::size_t size, const char* reason) noexcept {
  if (size == 0) {
    if (old != nullptr && !ReceiveBuffers::give_back(old)) std::free(old);
    return nullptr;
  }
  if (old == nullptr && reason != nullptr && std::strstr(reason, "rx_ubuf") != nullptr) {
    if (void* buffer = ReceiveBuffers::take(size)) return buffer;
  }
  return std::realloc(old, size);
}

}  // namespace

void ReceiveBuffers::install() {
  slots();  // made before the contexts that use it, so it goes after them
  lws_set_allocator(allocate);
}

void* ReceiveBuffers::taken_last() { return std::exchange(last, nullptr); }

void ReceiveBuffers::rest(void* buffer) {
  if (buffer != nullptr) madvise(buffer, slot, MADV_DONTNEED);
}

void ReceiveBuffers::cool() { slots().cool(); }

void* ReceiveBuffers::take(std::size_t size) {
  return last = size > slot ? nullptr : slots().take();
}

bool ReceiveBuffers::give_back(void* buffer) { return slots().give_back(buffer); }

}  // namespace phx::server
