/// Lowers the soft limit, which any process may raise again as far as the hard one.

#include "net/descriptor_ceiling.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

namespace phx::net {
namespace {

/// The highest number in use; nothing if the system does not say.
std::optional<rlim_t> highest_descriptor() {
  std::error_code error;
  rlim_t highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename();
    rlim_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    highest = std::max(highest, number);
  }
  return error ? std::nullopt : std::optional(highest);
}

}  // namespace

DescriptorCeiling::DescriptorCeiling(std::size_t more) {
  rlimit limit{};
  const auto highest = highest_descriptor();
  if (!highest || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t ceiling = *highest + 1 + more;
  if (limit.rlim_cur <= ceiling) return;
  const rlimit lowered{ceiling, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &lowered) == 0) before_ = limit;
}

DescriptorCeiling::~DescriptorCeiling() {
  if (before_) setrlimit(RLIMIT_NOFILE, &*before_);
}

}  // namespace phx::net
