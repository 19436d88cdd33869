/// Speaks with the shim, and checks the form of what it writes.

#include "conformance/suite/clients/shim.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

namespace phx::conformance {
namespace {

using Direction = Transcript::Direction;

constexpr std::array<std::string_view, 11> known_reports{"ready",  "open",    "closed",  "error",
                                                         "joined", "refused", "timeout", "left",
                                                         "reply",  "message", "presence"};
constexpr std::size_t longest_line = 64'000'000;

bool is_known(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_object_or_absent(const Json& value) {
  return value.get() == nullptr || json_is_object(value.get()) || json_is_null(value.get());
}

/// Pages of a process and all its children.
long pages_of(pid_t pid) {
  long size = 0;
  long resident = 0;
  std::ifstream(fmt::format("/proc/{}/statm", pid)) >> size >> resident;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (pid_t child = 0; children >> child;) resident += pages_of(child);
  return resident;
}

}  // namespace

Shim::Shim(const std::vector<std::string>& command, Clock::time_point began)
    : transcript_(began), child_(command, {}, ChildIo::lines) {}

void Shim::say(std::string_view command) {
  transcript_.add(Direction::sent, command);
  unsent_.append(command).append("\n");
}

std::optional<std::string> Shim::gone() {
  if (!silent_) return std::nullopt;
  const auto end = child_.ended();
  if (!end) return std::nullopt;
  const std::string words = child_.last_words();
  return words.empty() ? *end : fmt::format("{}; its last output:\n{}", *end, words);
}

long Shim::memory_kb() const { return pages_of(child_.pid()) * (::sysconf(_SC_PAGESIZE) / 1024); }

std::vector<pollfd> Shim::waits() const {
  return {{silent_ ? -1 : child_.output(), POLLIN, 0},
          {unsent_.empty() || silent_ ? -1 : child_.input(), POLLOUT, 0}};
}

void Shim::turn() {
  if (!unsent_.empty()) {
    const ssize_t sent = ::write(child_.input(), unsent_.data(), unsent_.size());
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno == EPIPE) unsent_.clear();
  }
  if (!silent_) read();
}

void Shim::read() {
  std::array<char, 65'536> bytes;
  ssize_t got = 0;
  while ((got = ::read(child_.output(), bytes.data(), bytes.size())) > 0) {
    unread_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    silent_ = true;
    transcript_.add(Direction::note, "the shim's output ended");
  }
  std::size_t start = 0;
  for (auto end = unread_.find('\n'); end != unread_.npos; end = unread_.find('\n', start)) {
    take(std::string_view(unread_).substr(start, end - start));
    start = end + 1;
  }
  unread_.erase(0, start);
  if (unread_.size() > longest_line) fault_ = "a line of more than 64 MB";
}

void Shim::take(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == line.npos) return;
  transcript_.add(Direction::received, line);
  const auto report = parse_json(line);
  if (!report || !json_is_object(report->get())) {
    if (fault_.empty())
      fault_ = fmt::format("a line that is not a JSON object: {}", shortened(line));
    return;
  }
  const std::string on = (*report)["on"].text();
  if (!is_known(on, known_reports)) {
    if (fault_.empty()) {
      fault_ = fmt::format("a line whose `on` is none of the contract's: {}", shortened(line));
    }
    return;
  }
  ++lines_;
  reports_.push_back(*report);
}

Introduction introduction_of(const Json& ready) {
  Introduction said;
  if (ready["on"].text() != "ready") {
    said.wrong = fmt::format("expected {{\"on\":\"ready\",…}} first, got {}", ready.dump());
    return said;
  }
  said.facts.name = ready["client"].text();
  said.facts.version = ready["version"].text();
  if (said.facts.name.empty()) said.wrong = "expected the client's name in `client`";
  const char* key = nullptr;
  json_t* value = nullptr;
  const Json lacks = ready["lacks"];
  bool right = is_object_or_absent(lacks);
  json_object_foreach(lacks.get(), key, value) {
    right = right && is_known(key, features) && json_string_length(value) > 0;
    said.facts.lacks[key] = characters(value);
  }
  if (!right) {
    said.wrong = fmt::format("expected `lacks` to give a reason for some of {}, got {}",
                             fmt::join(features, ", "), lacks.dump());
  }
  const Json fixed = ready["fixed"];
  right = is_object_or_absent(fixed);
  json_object_foreach(fixed.get(), key, value) {
    right = right && is_known(key, times) && json_integer_value(value) > 0;
    said.facts.fixed[key] = Millis{json_integer_value(value)};
  }
  if (!right) {
    said.wrong = fmt::format("expected `fixed` to give milliseconds for some of {}, got {}",
                             fmt::join(times, ", "), fixed.dump());
  }
  return said;
}

}  // namespace phx::conformance
