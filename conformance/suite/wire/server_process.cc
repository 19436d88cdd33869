/// Starts the server under test, and ends it.

#include "conformance/suite/wire/server_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>

#include "conformance/suite/wire/loopback.h"

namespace phx::conformance {
namespace {

constexpr Millis between_looks{20};
constexpr Millis grace{15'000};  // the framework drains for about ten seconds

void pause_a_little() { ::poll(nullptr, 0, static_cast<int>(between_looks.count())); }

std::vector<std::string> with_port(std::vector<std::string> words, int port) {
  constexpr std::string_view mark = "{port}";
  for (std::string& word : words) {
    for (auto at = word.find(mark); at != word.npos; at = word.find(mark)) {
      word.replace(at, mark.size(), std::to_string(port));
    }
  }
  return words;
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command)
    : port_(free_port()),
      child_(with_port(command, port_), {{"PORT", std::to_string(port_)}, {"HOST", "127.0.0.1"}},
             ChildIo::log) {}

ServerProcess::~ServerProcess() {
  const auto deadline = Clock::now() + grace;
  terminate();
  while (!ended() && Clock::now() < deadline) pause_a_little();
}

std::optional<std::string> ServerProcess::wait_until_it_listens(Millis patience) {
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline) {
    if (auto end = ended()) return end;
    if (accepts()) return std::nullopt;
    pause_a_little();
  }
  return fmt::format(
      "it did not listen on 127.0.0.1:{} within {} s (PORT and {{port}} give it the port)", port_,
      std::chrono::duration_cast<std::chrono::seconds>(patience).count());
}

bool ServerProcess::accepts() const {
  const int fd = connect_to(port_);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

}  // namespace phx::conformance
