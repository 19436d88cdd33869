/// Starts programs and waits for them, by posix_spawn, because other threads do so at the same
/// time.

#include "conformance/proof/mutants/child.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

extern char** environ;

namespace phx::conformance {

UnnamedFile::UnnamedFile() : fd_(::memfd_create("mutants", MFD_CLOEXEC)) {
  if (fd_ < 0) throw std::runtime_error("could not create a file in memory");
}

UnnamedFile::~UnnamedFile() { ::close(fd_); }

std::string UnnamedFile::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_);
}

void UnnamedFile::write(const std::string& text) {
  if (::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("a file without a name could not be written");
  }
}

std::string UnnamedFile::read() const {
  std::string text;
  std::array<char, 65'536> bytes;
  for (ssize_t got = 1; got > 0;) {
    got = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(text.size()));
    if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

Ended run_to_its_end(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const UnnamedFile said;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, said.fd(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, said.fd(), STDERR_FILENO);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {-1, command[0] + " does not start"};
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said.read()};
}

}  // namespace phx::conformance
