/// Reads the index of traces.

#include "traces/phx-trace/index.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "traces/phx-trace/har.h"

namespace phx::trace {
namespace {

constexpr std::string_view link = "](";
constexpr std::string_view differs = "differs ";

std::string last_column(std::string_view row) {
  while (row.ends_with(' ') || row.ends_with('|')) row.remove_suffix(1);
  return std::string(row.substr(row.rfind("| ") + 2));
}

}  // namespace

std::map<std::string, Listed> read_index(const std::string& path) {
  std::map<std::string, Listed> listed;
  std::istringstream lines(read_file(path));
  const auto folder = std::filesystem::path(path).parent_path();
  std::string row;
  for (std::size_t number = 1; std::getline(lines, row); ++number) {
    const auto from = row.find(link);
    const auto end = row.find(".har)");
    if (!row.starts_with("| [") || from == row.npos || end == row.npos) continue;
    const std::string file = row.substr(from + link.size(), end + 4 - from - link.size());
    const std::string last = last_column(row);
    const auto complain = [&](std::string_view why) {
      throw BadFile(fmt::format("{}, line {}: {}: {}", path, number, file, why));
    };
    if (!std::filesystem::exists(folder / file)) complain("there is no such file");
    const auto colon = last.find(": ");
    Listed entry{.agrees = last == "agrees"};
    if (!entry.agrees && (!last.starts_with(differs) || colon == last.npos)) {
      complain("expected \"agrees\" or \"differs at step N: WHY\" in the last column");
    }
    if (!entry.agrees) {
      entry.where = last.substr(differs.size(), colon - differs.size());
      entry.why = last.substr(colon + 2);
    }
    if (!listed.emplace(file, entry).second) complain("it is listed twice");
  }
  for (const auto& found : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string file = found.path().lexically_relative(folder).generic_string();
    const bool own = file.find("corpus") == file.npos && file.find("testdata") == file.npos;
    if (found.path().extension() == ".har" && own && !listed.contains(file)) {
      throw BadFile(fmt::format("{}: {} is not listed in it", path, file));
    }
  }
  return listed;
}

}  // namespace phx::trace
