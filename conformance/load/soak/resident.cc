/// \file
/// A client that stays for the whole run.
#include "conformance/load/soak/resident.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <uv.h>

#include "conformance/load/client/error.h"

namespace phx::soak {
namespace {

std::string url_of(const Target& node) {
  const bool is_ipv6 = node.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + node.host + "]" : node.host;
  return fmt::format("ws://{}:{}{}", host, node.port, node.mount);
}

ClientOptions options_of(const World& world) {
  ClientOptions options;
  options.timeout = world.patience;
  options.heartbeat = heartbeat_period;
  return options;
}

}  // namespace

// --- The loop -----------------------------------------------------------------------------------

ResidentsLoop::ResidentsLoop(bench::Loop& loop) : loop_(loop), uv_(std::make_unique<uv_loop_t>()) {
  if (uv_loop_init(uv_.get()) != 0) throw bench::Failure("libuv has no loop for the residents");
  loop_.watch(uv_backend_fd(uv_.get()), *this, EPOLLIN);
}

/// The residents are gone by now, and their handles close in these turns.
ResidentsLoop::~ResidentsLoop() {
  loop_.unwatch(uv_backend_fd(uv_.get()));
  while (uv_loop_close(uv_.get()) == UV_EBUSY) uv_run(uv_.get(), UV_RUN_NOWAIT);
}

void ResidentsLoop::turn() { uv_run(uv_.get(), UV_RUN_NOWAIT); }

// --- The client ---------------------------------------------------------------------------------

Resident::Resident(World& world, std::size_t node, std::string name, std::string topic)
    : world_(world),
      name_(std::move(name)),
      client_(url_of(world.nodes[node]), options_of(world), world.residents.uv()),
      topic_(client_.topic(std::move(topic))) {
  client_.on_open([this] { ++world_.tally.connections; });
  client_.on_close([this](const ClientClosed& closed) {
    lost(Wrong::broken, closed.reason.empty()
                            ? fmt::format("the server closed it with {}", closed.code)
                            : closed.reason);
  });
  client_.on_error([this](const std::string& error) {
    if (connected()) complain(Wrong::unexpected, error);  // else on_close says it
  });
  topic_.on_error([this](const Payload& reason) {
    if (connected()) lost(Wrong::unexpected, "its channel failed: " + std::string(reason.view()));
  });
  topic_.on_close([this](const Payload& reason) {
    lost(Wrong::unexpected, "its channel was closed: " + std::string(reason.view()));
  });
}

void Resident::come(std::function<void()> joined) {
  topic_.join().then([this, joined = std::move(joined)](const phx::Answer& answer) {
    ++world_.tally.received;
    if (answer.ok()) return joined();
    lost(Wrong::unexpected,
         fmt::format("its join was answered {} {}", answer.status, answer.response.view()));
  });
  client_.connect();
}

void Resident::go() {
  gone_ = true;
  client_.disconnect();
}

void Resident::lost(Wrong kind, const std::string& sentence) {
  if (gone_) return;
  complain(kind, sentence);
  go();
}

void Resident::complain(Wrong kind, const std::string& sentence) {
  world_.findings.add(kind, name_ + ": " + sentence);
}

}  // namespace phx::soak
