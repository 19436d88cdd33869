/// Sockets from the environment, and messages by descriptors and systemd's datagrams.

#include "server/service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "server/orphan.h"

namespace phx::server {
namespace {

// Our own variables: LISTEN_PID can't be set for a process that has not started.
constexpr const char* sockets_variable = "PHX_SOCKETS";
constexpr const char* ready_variable = "PHX_READY";

std::vector<std::string> own_arguments() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string one; std::getline(in, one, '\0');) arguments.push_back(one);
  return arguments;
}

std::string own_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string taken_off(const char* variable) {
  const char* value = std::getenv(variable);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(variable);
  return text;
}

/// The socket's port, if it listens.
std::optional<std::uint16_t> port_of(int socket) {
  if (sd_is_socket(socket, AF_UNSPEC, SOCK_STREAM, 1) <= 0) return std::nullopt;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family != AF_INET6) return std::nullopt;
  return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

std::vector<Service::Inherited> passed_in() {
  std::vector<Service::Inherited> sockets;
  const int count = sd_listen_fds(1);
  for (int i = 0; i < count; ++i) sockets.push_back({SD_LISTEN_FDS_START + i, true});
  std::istringstream numbers(taken_off(sockets_variable));
  for (std::string number; std::getline(numbers, number, ',');) {
    sockets.push_back({std::atoi(number.c_str())});
  }
  std::erase_if(sockets, [](const auto& one) { return !port_of(one.socket); });
  for (const auto& one : sockets) {
    ::fcntl(one.socket, F_SETFD, FD_CLOEXEC);
    ::fcntl(one.socket, F_SETFL, ::fcntl(one.socket, F_GETFL) | O_NONBLOCK);
  }
  return sockets;
}

int reporting_descriptor() {
  const std::string number = taken_off(ready_variable);
  if (number.empty()) return -1;
  const int descriptor = std::atoi(number.c_str());
  return ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? descriptor : -1;
}

/// This process's own, and the two variables.
std::vector<std::string> environment_with(const std::string& sockets, int ready) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    // It names the process that systemd started; without it, any process may send messages for the
    // service.
    if (!std::string_view(*variable).starts_with("WATCHDOG_PID=")) variables.push_back(*variable);
  }
  variables.push_back(fmt::format("{}={}", sockets_variable, sockets));
  variables.push_back(fmt::format("{}={}", ready_variable, ready));
  return variables;
}

}  // namespace

Service::Service()
    : program_(own_program()),
      arguments_(own_arguments()),
      inherited_(passed_in()),
      report_to_(reporting_descriptor()) {}

Service::~Service() {
  for (const Inherited& one : inherited_) {
    if (one.from_systemd || !one.taken) ::close(one.socket);
  }
  if (report_to_ >= 0) ::close(report_to_);
  if (report_from_ >= 0) ::close(report_from_);
}

std::optional<int> Service::take_socket(std::uint16_t port) {
  for (Inherited& one : inherited_) {
    if (one.taken || (port != 0 && port_of(one.socket) != port)) continue;
    one.taken = true;
    return one.from_systemd ? ::fcntl(one.socket, F_DUPFD_CLOEXEC, 0) : one.socket;
  }
  return std::nullopt;
}

void Service::rewind() {
  std::erase_if(inherited_, [](const Inherited& one) { return one.taken && !one.from_systemd; });
  for (Inherited& one : inherited_) one.taken = false;
}

// --- Messages to systemd, and to a predecessor
// ----------------------------------------------------

void Service::ready() {
  sd_notify(0, "READY=1");
  if (report_to_ < 0) return;
  const char word = 1;
  static_cast<void>(!::write(report_to_, &word, 1));
  ::close(std::exchange(report_to_, -1));
}

void Service::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
             static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000);
}

void Service::stopping() const { sd_notify(0, "STOPPING=1"); }
void Service::alive() const { sd_notify(0, "WATCHDOG=1"); }

std::optional<Millis> Service::watchdog() const {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return Millis{std::max<std::uint64_t>(microseconds / 2'000, 1)};
}

// --- The successor -------------------------------------------------------------------------------

void Service::start_successor(const std::vector<int>& sockets) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error(std::strerror(errno));
  std::vector<int> kept = sockets;
  kept.push_back(ends[1]);
  pid_t started = -1;
  try {
    started =
        start_orphan({program_, arguments_,
                      environment_with(fmt::format("{}", fmt::join(sockets, ",")), ends[1]), kept});
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  if (report_from_ >= 0) ::close(report_from_);
  report_from_ = ends[0];
  successor_ = started;
}

Service::Successor Service::look_at_successor() {
  if (successor_ < 0) return Successor::none;
  char word = 0;
  const ssize_t count = ::read(report_from_, &word, 1);
  if (count < 0) return Successor::starting;
  ::close(std::exchange(report_from_, -1));
  if (count == 0) {  // it ended, or closed what it should have written to
    kill_successor();
    return Successor::failed;
  }
  sd_notifyf(0, "MAINPID=%ld", static_cast<long>(successor_));
  return Successor::serves;
}

void Service::kill_successor() {
  if (successor_ > 0) ::kill(std::exchange(successor_, -1), SIGKILL);
}

}  // namespace phx::server
