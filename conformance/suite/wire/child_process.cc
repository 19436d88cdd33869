/// Forks, and watches what it forked.

#include "conformance/suite/wire/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace phx::conformance {
namespace {

constexpr off_t max_last_words = 2'000;

std::string told(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("it exited with status {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("it was ended by signal {} ({})", signal, ::strsignal(signal));
}

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for a process");
  return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (auto& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

/// The suite's own environment with these additions, made before fork: setenv takes a lock.
std::vector<std::string> with(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each; ++each) all.emplace_back(*each);
  for (const auto& [name, value] : more) {
    const std::string mark = name + "=";
    std::erase_if(all, [&mark](const std::string& known) { return known.starts_with(mark); });
    all.push_back(mark + value);
  }
  return all;
}

/// What stands in for each of the child's standard descriptors.
struct Standard {
  int input = -1;  // -1: the suite's own
  int output = -1;
  int error = -1;
};

/// In the child, between fork and exec: nothing here may take a lock that another thread holds.
[[noreturn]] void become(char* const* arguments, char* const* environment,
                         const Standard& standard) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::signal(SIGPIPE, SIG_DFL);
  if (standard.input >= 0) ::dup2(standard.input, STDIN_FILENO);
  ::dup2(standard.output, STDOUT_FILENO);
  ::dup2(standard.error, STDERR_FILENO);
  ::execvpe(arguments[0], arguments, environment);
  constexpr std::string_view sorry = " can't be run\n";
  if (::write(STDERR_FILENO, arguments[0], std::strlen(arguments[0])) < 0 ||
      ::write(STDERR_FILENO, sorry.data(), sorry.size()) < 0) {
    ::_exit(126);
  }
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           ChildIo talk) {
  log_ = ::memfd_create("output", MFD_CLOEXEC);
  if (log_ < 0) throw std::runtime_error("could not create a file for a process's output");
  std::vector<std::string> words = command;
  std::vector<std::string> variables = with(environment);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> settings = pointers(variables);
  const bool lines = talk == ChildIo::lines;
  const Pipe in = lines ? make_pipe() : Pipe{};
  const Pipe out = lines ? make_pipe() : Pipe{};
  pid_ = ::fork();
  if (pid_ == 0) {
    become(arguments.data(), settings.data(), {in.read, lines ? out.write : log_, log_});
  }
  if (lines) {
    ::close(in.read);
    ::close(out.write);
    input_ = in.write;
    output_ = out.read;
    ::fcntl(input_, F_SETFL, O_NONBLOCK);
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
  }
  if (pid_ < 0) throw std::runtime_error("could not start a process");
}

ChildProcess::~ChildProcess() {
  kill();
  for (const int fd : {log_, input_, output_}) {
    if (fd >= 0) ::close(fd);
  }
}

void ChildProcess::kill() {
  if (ended()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) ended_ = told(status);
}

void ChildProcess::terminate() {
  if (!ended()) ::kill(pid_, SIGTERM);
}

std::optional<std::string> ChildProcess::ended() {
  int status = 0;
  if (ended_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return ended_;
  return ended_ = told(status);
}

std::string ChildProcess::last_words() const {
  struct stat log {};
  if (::fstat(log_, &log) != 0) return "";
  const off_t size = log.st_size;
  std::string words(static_cast<std::size_t>(std::min(size, max_last_words)), '\0');
  const auto read =
      ::pread(log_, words.data(), words.size(), size - static_cast<off_t>(words.size()));
  words.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return words;
}

}  // namespace phx::conformance
