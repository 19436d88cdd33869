/// \file
/// A soak's measurements each second, and whether the server's memory stayed flat.
#include "conformance/load/soak/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace phx::soak {
namespace {

constexpr std::size_t fewest = 60;  // a minute

double resident(const Sample& sample) { return static_cast<double>(sample.resident_bytes); }

/// The rise of the straight line through the samples, from the first to the last.
double rise(const Sample* first, const Sample* last) {
  const auto n = static_cast<double>(last - first);
  double sum_t = 0, sum_r = 0;
  for (const Sample* each = first; each != last; ++each) {
    sum_t += each->seconds;
    sum_r += resident(*each);
  }
  double covariance = 0, variance = 0;
  for (const Sample* each = first; each != last; ++each) {
    const double t = each->seconds - sum_t / n;
    covariance += t * (resident(*each) - sum_r / n);
    variance += t * t;
  }
  return variance == 0 ? 0 : covariance / variance * ((last - 1)->seconds - first->seconds);
}

}  // namespace

MemoryVerdict judge_memory(const std::vector<Sample>& samples) {
  const std::size_t n = samples.size();
  const bool process_known = std::all_of(samples.begin(), samples.end(),
                                         [](const Sample& s) { return s.resident_bytes > 0; });
  if (n < fewest || !process_known) return {};
  MemoryVerdict verdict{.known = true};
  const std::size_t first = n / 4, end = n / 2;  // the second quarter
  for (std::size_t i = first; i < end; ++i) verdict.base += resident(samples[i]);
  verdict.base /= static_cast<double>(end - first);
  verdict.growth = rise(samples.data() + n / 2, samples.data() + n);
  verdict.allowed = std::max(allowed_bytes, allowed_share * verdict.base);
  return verdict;
}

std::optional<std::size_t> descriptors_of(pid_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator all(fmt::format("/proc/{}/fd", pid), error);
  if (error) return std::nullopt;
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string megabytes(double bytes) { return fmt::format("{:.1f} MB", bytes / 1e6); }

}  // namespace phx::soak
