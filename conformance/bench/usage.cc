/// \file
/// Asks /proc what the server has used: processor time, memory, descriptors.
#include "conformance/bench/usage.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace phx::bench {

std::optional<Usage> usage_of(pid_t pid) {
  std::ifstream stat{fmt::format("/proc/{}/stat", pid)};
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  // The second field is the command in parentheses and may hold anything; count from behind it.
  const auto after_command = line.rfind(')');
  if (after_command == std::string::npos) return std::nullopt;
  std::istringstream fields{line.substr(after_command + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;

  std::ifstream statm{fmt::format("/proc/{}/statm", pid)};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return Usage{(user + system) / ticks, resident * page};
}

std::optional<std::uint64_t> descriptor_limit_of(pid_t pid) {
  std::ifstream limits{fmt::format("/proc/{}/limits", pid)};
  constexpr std::string_view title = "Max open files";
  for (std::string line; std::getline(limits, line);) {
    if (!line.starts_with(title)) continue;
    std::istringstream fields{line.substr(title.size())};
    std::uint64_t soft = 0;
    if (fields >> soft) return soft;
  }
  return std::nullopt;
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace phx::bench
