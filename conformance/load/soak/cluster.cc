/// \file
/// Nodes of one command with a Redis of their own, which can be made to fail.
#include "conformance/load/soak/cluster.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <random>
#include <thread>

#include "conformance/load/client/error.h"
#include "conformance/suite/wire/loopback.h"

namespace phx::soak {
namespace {

using bench::Target;

// Below the kernel's ports for clients: while Redis is away, no other program may take its port.
constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t ports = 10'000;

Target at(std::uint16_t port) {
  Target target;
  target.host = "127.0.0.1";
  target.port = port;
  bench::resolve(target);
  return target;
}

std::uint16_t port_for_redis() {
  std::random_device random;
  for (;;) {
    const auto port = static_cast<std::uint16_t>(first_port + random() % ports);
    if (!bench::accepts(at(port))) return port;
  }
}

void replace(std::string& word, std::string_view place, const std::string& by) {
  for (auto found = word.find(place); found != std::string::npos; found = word.find(place))
    word.replace(found, place.size(), by);
}

}  // namespace

Cluster::Cluster(std::vector<std::string> command, std::size_t nodes, const std::string& mount)
    : redis_port_(port_for_redis()) {
  start_redis();
  for (std::string& word : command)
    replace(word, "{redis}", fmt::format("redis://127.0.0.1:{}", redis_port_));
  for (std::size_t i = 0; i < nodes; ++i) {
    Target target = at(conformance::free_port());
    target.mount = mount;
    commands_.push_back(
        std::make_unique<bench::Command>(fmt::format("node {}", i + 1), command, target.port));
    target.pid = commands_.back()->pid();
    commands_.back()->await(target);
    targets_.push_back(std::move(target));
  }
}

Cluster::~Cluster() {
  if (redis_) go_on();
}

std::vector<Books> Cluster::books() const {
  std::vector<Books> all;
  for (const Target& target : targets_) all.push_back(read_books(target));
  return all;
}

void Cluster::end_redis(int signal) {
  ::kill(redis_->pid(), signal);
  redis_.reset();  // waits for it
}

void Cluster::start_redis() {
  const std::string port = std::to_string(redis_port_);
  redis_ = std::make_unique<bench::Command>(
      "Redis",
      std::vector<std::string>{"redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "",
                               "--appendonly", "no", "--logfile", "/dev/null"},
      redis_port_);
  Target target = at(redis_port_);
  redis_->await(target);
}

}  // namespace phx::soak
