/// Puts reports into files, or onto standard output.

#include "conformance/suite/report/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "conformance/suite/report/html.h"
#include "conformance/suite/report/json.h"
#include "conformance/suite/report/tap.h"

namespace phx::conformance {

namespace {

struct Report {
  const char* option;
  std::string path;
  std::string (*text)(const Run&);
};

std::vector<Report> wanted(const ReportFiles& files) {
  std::vector<Report> all{{"--tap", files.tap, tap_of},
                          {"--junit", files.junit, junit_of},
                          {"--json", files.json, json_of},
                          {"--html", files.html, html_of}};
  std::erase_if(all, [](const Report& report) { return report.path.empty(); });
  return all;
}

std::string cant_be_written(const char* option, const std::string& path) {
  return fmt::format("{} {}: could not write it: {}", option, path, std::strerror(errno));
}

}  // namespace

std::optional<std::string> unwritable(const ReportFiles& files) {
  for (const Report& report : wanted(files)) {
    if (report.path == "-") continue;
    if (!std::ofstream(report.path, std::ios::app)) {
      return cant_be_written(report.option, report.path);
    }
  }
  std::error_code error;
  if (!files.har.empty()) std::filesystem::create_directories(files.har, error);
  if (error) return fmt::format("--har {}: {}", files.har, error.message());
  return std::nullopt;
}

std::optional<std::string> write_reports(const Run& run) {
  for (const Report& report : wanted(run.options.reports)) {
    const std::string text = report.text(run);
    if (report.path == "-") {
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
      continue;
    }
    std::ofstream file(report.path, std::ios::trunc);
    file << text;
    if (!file.flush()) return cant_be_written(report.option, report.path);
  }
  return std::nullopt;
}

}  // namespace phx::conformance
