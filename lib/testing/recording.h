#pragma once
/// \file
/// Recorded messages between two Phoenix nodes, a and b, and between b and its clients: tests read
/// them.
///
/// The files in lib/presence/recorded have an event a line, after the milliseconds since the start:
///
///     message FROM TO SHARD BASE64    FROM published a term, only for TO or for all others (`*`)
///     connect CLIENT USER             a client of b
///     sent|received CLIENT FRAME
///     cut CLIENT                      its connection ends
///     alone|together                  b is cut off from the others from now on; or connected again
///     links stall|on                  messages to and from b are held from now on; or delivered
///     killed                          b ends at once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/base64.h"

namespace phx::testing {

struct Recorded {
  long long at_ms = 0;
  std::string what;
  std::string first;  ///< FROM or CLIENT
  std::string to, shard;
  std::string rest;  ///< A frame, or a term's bytes
};

inline std::vector<Recorded> recording(const std::filesystem::path& file) {
  std::vector<Recorded> events;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    Recorded event;
    words >> event.at_ms >> event.what >> event.first;
    if (event.what == "message") words >> event.to >> event.shard;
    std::getline(words >> std::ws, event.rest);
    if (event.what == "message") event.rest = base64::decode(event.rest).value();
    events.push_back(std::move(event));
  }
  return events;
}

/// All of them.
inline std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("lib/presence/recorded")) {
    files.push_back(entry.path());
  }
  return files;
}

}  // namespace phx::testing
