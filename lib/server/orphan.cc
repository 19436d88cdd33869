/// A child that starts the program, and ends at once.

#include "server/orphan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace phx::server {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

[[noreturn]] void fail(const std::string& program) {
  throw std::runtime_error(fmt::format("{}: {}", program, std::strerror(errno)));
}

/// While it lives, this thread and its forks get no signals: our handler, in a copy of this
/// process, would write into our pipes.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { hear(); }
  void hear() const { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

/// Between fork and exec another thread's locks may be held for ever: nothing there allocates.
pid_t start_orphan(OrphanOptions options) {
  if (::access(options.program.c_str(), X_OK) != 0) fail(options.program);
  const std::vector<char*> arguments = pointers(options.arguments);
  const std::vector<char*> environment = pointers(options.environment);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(options.program);
  pid_t between = -1;
  {
    const SignalsBlocked deaf;
    between = ::fork();
    if (between == 0) {
      const pid_t orphan = ::fork();
      if (orphan != 0) ::_exit(::write(ends[1], &orphan, sizeof orphan) == sizeof orphan ? 0 : 1);
      for (const int descriptor : options.descriptors) ::fcntl(descriptor, F_SETFD, 0);
      deaf.hear();
      ::execve(options.program.c_str(), arguments.data(), environment.data());
      ::_exit(127);
    }
  }
  ::close(ends[1]);
  pid_t orphan = -1;
  const bool known = between > 0 && ::read(ends[0], &orphan, sizeof orphan) == sizeof orphan;
  const int error = errno;
  ::close(ends[0]);
  if (between > 0) ::waitpid(between, nullptr, 0);
  errno = known ? EAGAIN : error;
  if (!known || orphan < 0) fail(options.program);
  return orphan;
}

}  // namespace phx::server
