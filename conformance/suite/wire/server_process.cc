/// Starts, watches and ends the server under test.

#include "conformance/suite/wire/server_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "conformance/suite/wire/loopback.h"

namespace phx::conformance {
namespace {

constexpr Millis between_looks{20};
constexpr Millis grace{15'000};  // the framework drains for about ten seconds
constexpr off_t max_last_words = 2'000;

void pause_a_little() { ::poll(nullptr, 0, static_cast<int>(between_looks.count())); }

std::string with_port(std::string word, int port) {
  constexpr std::string_view mark = "{port}";
  for (auto at = word.find(mark); at != word.npos; at = word.find(mark)) {
    word.replace(at, mark.size(), std::to_string(port));
  }
  return word;
}

std::string told(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("it exited with status {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("it was ended by signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) : port_(free_port()) {
  log_ = ::memfd_create("server-output", MFD_CLOEXEC);
  if (log_ < 0) throw std::runtime_error("could not create a file for the server's output");
  start(command);
}

ServerProcess::~ServerProcess() {
  const auto deadline = Clock::now() + grace;
  terminate();
  while (!ended() && Clock::now() < deadline) pause_a_little();
  kill();
  ::close(log_);
}

void ServerProcess::kill() {
  if (ended()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) ended_ = told(status);
}

void ServerProcess::terminate() {
  if (!ended()) ::kill(pid_, SIGTERM);
}

void ServerProcess::start(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const auto& word : command) words.push_back(with_port(word, port_));
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string port = std::to_string(port_);

  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("could not start a process for the server");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a killed suite leaves no server behind
  ::signal(SIGPIPE, SIG_DFL);
  ::setenv("PORT", port.c_str(), 1);
  ::setenv("HOST", "127.0.0.1", 1);
  ::dup2(log_, STDOUT_FILENO);
  ::dup2(log_, STDERR_FILENO);
  ::execvp(arguments.front(), arguments.data());
  fmt::print(stderr, "{} can't be run\n", words.front());
  ::fflush(stderr);
  ::_exit(127);
}

std::optional<std::string> ServerProcess::wait_until_it_listens(Millis patience) {
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline) {
    if (const auto end = ended()) return end;
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

std::optional<std::string> ServerProcess::ended() {
  int status = 0;
  if (ended_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return ended_;
  return ended_ = told(status);
}

std::string ServerProcess::last_words() const {
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
