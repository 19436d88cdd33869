/// Reads the kernel's figures, and decides when memory is short.

#include "server/memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

/// jemalloc's function, in programs that are linked with it; otherwise null.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value,
                       size_t new_size) __attribute__((weak));

namespace phx::server {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// The number in a file; `max`, or no file, means no limit.
std::size_t limit_in(const std::string& file) {
  std::size_t limit = 0;
  std::ifstream in(file);
  return in >> limit ? limit : no_limit;
}

/// The smallest limit of the process's cgroup and those above it.
std::size_t cgroup_limit() {
  std::size_t least = limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes");  // of version 1
  std::ifstream groups("/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {
    if (!line.starts_with("0::/")) continue;
    for (std::string path = line.substr(3); !path.empty(); path.erase(path.rfind('/'))) {
      least = std::min(least, limit_in("/sys/fs/cgroup" + path + "/memory.max"));
    }
  }
  return std::min(least, limit_in("/sys/fs/cgroup/memory.max"));
}

std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

}  // namespace

std::size_t default_memory() {
  const std::size_t machine = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) * page_size();
  return std::min(machine, cgroup_limit()) / 2;
}

std::size_t resident_memory() {
  std::size_t size = 0, resident = 0, shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return (resident - std::min(resident, shared)) * page_size();
}

void release_free_memory() {
  if (mallctl != nullptr) {
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // MALLCTL_ARENAS_ALL
  } else {
    ::malloc_trim(0);
  }
}

std::size_t MemoryBudget::look(std::size_t used, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const std::size_t enough = limit_ - limit_ / 10;
  if (used > limit_) full_ = true;
  if (used < enough) full_ = false;
  if (!full_) return 0;
  if (now >= settles_) given_back_ = 0;
  return used - std::min(used, enough + given_back_);
}

bool MemoryBudget::largest(std::size_t shard, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  largest_[shard] = bytes;
  return bytes > 0 && bytes == *std::max_element(largest_.begin(), largest_.end());
}

void MemoryBudget::given_back(std::size_t bytes, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  given_back_ += bytes;
  settles_ = now + settling;
}

}  // namespace phx::server
