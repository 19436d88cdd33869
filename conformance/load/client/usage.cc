/// \file
/// Asks /proc what the server has used: processor time, memory, descriptors.
#include "conformance/load/client/usage.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>

namespace phx::bench {
namespace {

/// The text after `title` in the first line of `path` that begins with it.
std::optional<std::string> value_behind(const std::string& path, std::string_view title) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(title)) return line.substr(title.size());
  return std::nullopt;
}

}  // namespace

bool runs(pid_t pid) {
  std::string stat;
  std::getline(std::ifstream{fmt::format("/proc/{}/stat", pid)}, stat);
  const auto name_end = stat.rfind(") ");  // a name may hold anything, `) Z` too
  if (name_end == std::string::npos) return false;
  const char state = stat[name_end + 2];
  return state != 'Z' && state != 'X';
}

std::optional<double> cpu_seconds_of(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::optional<std::uint64_t> resident_bytes_of(pid_t pid) {
  std::ifstream statm{fmt::format("/proc/{}/statm", pid)};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(statm >> size >> resident) || resident == 0) return std::nullopt;  // a zombie's is 0
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double machine_busy_seconds() {
  const auto value = value_behind("/proc/stat", "cpu ");
  if (!value) return 0;
  std::istringstream fields{*value};
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already.
  constexpr std::size_t idle = 3;
  constexpr std::size_t iowait = 4;
  std::array<double, 8> ticks{};
  for (auto& each : ticks) fields >> each;
  const double busy =
      std::accumulate(ticks.begin(), ticks.end(), 0.0) - ticks[idle] - ticks[iowait];
  return busy / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t kernel_slab_bytes() {
  constexpr std::uint64_t kibi = 1'024;
  const auto value = value_behind("/proc/meminfo", "Slab:");
  return value ? std::stoull(*value) * kibi : 0;
}

std::string machine() {
  utsname name{};
  uname(&name);
  auto processor = value_behind("/proc/cpuinfo", "model name").value_or(": unknown processor");
  processor.erase(0, processor.find(':') + 2);
  return fmt::format("{} x {}, {} {}", sysconf(_SC_NPROCESSORS_ONLN), processor, name.sysname,
                     name.release);
}

std::optional<std::uint64_t> descriptor_limit_of(pid_t pid) {
  const auto value = value_behind(fmt::format("/proc/{}/limits", pid), "Max open files");
  if (!value) return std::nullopt;
  std::istringstream fields{*value};
  std::uint64_t soft = 0;
  return fields >> soft ? std::optional{soft} : std::nullopt;
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
