/// \file
/// Draws a soak with gnuplot.
#include "conformance/load/soak/plot.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace phx::soak {
namespace {

// The server may not be known; then there is no first panel.
constexpr const char* head =
    R"(set terminal svg size 960,{} dynamic font "sans-serif,12" background "white"
set output "plot.svg"
set multiplot layout {},1
set grid lc rgb "#dddddd"
set border 3 lc rgb "#888888"
set tics nomirror
set lmargin 11
set rmargin 3
set key above left Left reverse
set xrange [0:{}]
)";
constexpr const char* memory_panel = R"(set ylabel "resident, MB"
set yrange [0:*]
plot "samples.tsv" using 1:($2/1e6) with lines lw 2 lc rgb "#0a6ebd" title "memory", \
  {} with lines dt 2 lc rgb "#888888" title "its base"
)";
constexpr const char* other_panels = R"(set ylabel "messages/s"
set yrange [0:*]
plot "samples.tsv" using 1:3 with lines lw 2 lc rgb "#2a8c4a" title "messages, both ways"
set ylabel "ms"
set xlabel "seconds"
set yrange [0:*]
plot "samples.tsv" using 1:($5/1e3) with lines lw 2 lc rgb "#c0392b" title "p99 of the replies", \
  "" using 1:($4/1e3) with lines lw 1 lc rgb "#e59866" title "median"
unset multiplot
)";

void write_samples(const std::string& folder, const std::vector<Sample>& samples) {
  std::ofstream file(folder + "/samples.tsv");
  file << "# seconds\tresident bytes\tmessages/s\tp50 us\tp99 us\tconnections\n";
  for (const Sample& s : samples) {
    file << fmt::format("{:.1f}\t{}\t{:.0f}\t{:.0f}\t{:.0f}\t{}\n", s.seconds, s.resident_bytes,
                        s.messages, s.p50_us, s.p99_us, s.connections);
  }
}

/// Runs gnuplot in the folder; returns its exit status, or -1 if it is not installed.
int run_gnuplot(const std::string& folder) {
  std::string shell = "/bin/sh", flag = "-c", line = "cd \"$0\" && exec gnuplot plot.gp";
  std::string where = folder;
  char* words[] = {shell.data(), flag.data(), line.data(), where.data(), nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, words[0], nullptr, nullptr, words, environ) != 0) return -1;
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace

std::string plot(const std::string& folder, const std::vector<Sample>& samples,
                 const MemoryVerdict& memory) {
  constexpr int panel = 220;
  constexpr int not_found = 127;
  if (samples.size() < 2) return "there are fewer than two samples";
  write_samples(folder, samples);
  const int panels = memory.known ? 3 : 2;
  {
    std::ofstream script(folder + "/plot.gp");
    script << fmt::format(head, panels * panel, panels, samples.back().seconds);
    if (memory.known) script << fmt::format(memory_panel, memory.base / 1e6);
    script << other_panels;
    if (!script.flush()) return folder + "/plot.gp can't be written";
  }
  const int status = run_gnuplot(folder);
  if (status == 0) return "";
  if (status == not_found) return "there is no gnuplot: install gnuplot-nox";
  return fmt::format("gnuplot ended with status {}; its script is {}/plot.gp", status, folder);
}

}  // namespace phx::soak
