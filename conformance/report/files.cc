/// Puts reports into files, or onto standard output.

#include "conformance/report/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "conformance/report/html.h"
#include "conformance/report/json.h"
#include "conformance/report/tap.h"

namespace phx::conformance {

std::optional<std::string> write_reports(const Run& run) {
  const ReportFiles& files = run.options.reports;
  struct Report {
    const char* option;
    const std::string& path;
    std::string (*text)(const Run&);
  };
  for (const Report& report :
       {Report{"--tap", files.tap, tap_of}, Report{"--junit", files.junit, junit_of},
        Report{"--json", files.json, json_of}, Report{"--html", files.html, html_of}}) {
    if (report.path.empty()) continue;
    const std::string text = report.text(run);
    if (report.path == "-") {
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
      continue;
    }
    std::ofstream file(report.path, std::ios::trunc);
    file << text;
    if (!file.flush()) {
      return std::string(report.option) + " " + report.path +
             ": it can't be written: " + std::strerror(errno);
    }
  }
  return std::nullopt;
}

}  // namespace phx::conformance
