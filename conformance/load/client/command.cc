/// \file
/// Starts the measured server, waits until it accepts, and stops it at the end.
#include "conformance/load/client/command.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "conformance/load/client/error.h"
#include "conformance/load/client/loop.h"

namespace phx::bench {
namespace {

constexpr Millis starting{60'000};  // under valgrind on a busy machine 15 s were too few
constexpr Millis stopping{15'000};  // a Phoenix drains for ten seconds
constexpr Millis step{20};

void replace_port(std::string& word, std::uint16_t port) {
  constexpr std::string_view place = "{port}";
  for (auto at = word.find(place); at != std::string::npos; at = word.find(place))
    word.replace(at, place.size(), std::to_string(port));
}

/// In the child: never returns.
[[noreturn]] void become(std::vector<std::string>& words, std::uint16_t port) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // a killed run leaves no server behind
  dup2(STDERR_FILENO, STDOUT_FILENO);
  setenv("PORT", std::to_string(port).c_str(), 1);
  setenv("HOST", "127.0.0.1", 1);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  fmt::print(stderr, "{}: {}\n", words[0], std::strerror(errno));
  _exit(127);
}

std::string how(int status) {
  if (WIFEXITED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  return fmt::format("signal {}", WTERMSIG(status));
}

}  // namespace

Command::Command(std::string name, std::vector<std::string> words, std::uint16_t port)
    : name_(std::move(name)) {
  for (auto& word : words) replace_port(word, port);
  pid_ = fork();
  if (pid_ < 0) throw Failure(fmt::format("fork: {}", std::strerror(errno)));
  if (pid_ == 0) become(words, port);
}

Command::~Command() { fmt::print(stderr, "{}\n", stop()); }

std::optional<int> Command::ended() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return status_;
}

void Command::await(Target& target) {
  const auto deadline = Clock::now() + starting;
  while (true) {
    if (ended()) throw Unreachable(fmt::format("{} ended at once: {}", name_, how(*status_)));
    try {
      return knock(target);
    } catch (const Unreachable&) {
      if (Clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(step);
  }
}

std::string Command::stop() {
  if (ended()) return fmt::format("{} had ended already: {}", name_, how(*status_));
  kill(pid_, SIGTERM);
  const auto began = Clock::now();
  while (!ended() && Clock::now() - began < stopping) std::this_thread::sleep_for(step);
  if (!status_) {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    status_ = status;
    return fmt::format("{} did not end within {} s of SIGTERM and was killed", name_,
                       stopping.count() / 1'000);
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  return fmt::format("{} ended {:.1f} s after SIGTERM: {}", name_, took.count(), how(*status_));
}

}  // namespace phx::bench
