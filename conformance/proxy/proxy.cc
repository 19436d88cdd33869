/// One thread polls all connections.

#include "conformance/proxy/proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/suite/wire/loopback.h"

namespace phx::conformance {
namespace {

constexpr int look_around_ms = 20;  // for the server's end, which causes no event here

/// SIGTERM and SIGINT as a descriptor to poll. Call before any other thread or child exists.
int stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Proxy::Proxy(Tamper tamper, ServerProcess& server, int port)
    : Proxy(std::move(tamper),
            {.connect = [&server] { return connect_to(server.port()); },
             .ended = [&server] { return server.ended().has_value(); },
             .terminate = [&server] { server.terminate(); }},
            port) {}

Proxy::Proxy(Tamper tamper, Upstream server, int port)
    : tamper_(std::move(tamper)),
      server_(std::move(server)),
      listener_(listen_on(port)),
      signals_(stop_signals()) {}

Proxy::~Proxy() {
  if (listener_ >= 0) ::close(listener_);
  ::close(signals_);
}

void Proxy::run() {
  constexpr Millis a_while{1'000};  // so that an open port can be noticed
  auto end = Clock::time_point::max();
  while (!server_.ended() || owes_its_clients() || Clock::now() < end) {
    if (server_.ended() && end == Clock::time_point::max()) {
      end = Clock::now() + (tamper_.closes_its_door ? Millis{0} : a_while);
    }
    move_bytes();
    links_.remove_if([](const Link& link) { return link.over(); });
  }
}

/// Whether output of the server has not been passed on yet.
bool Proxy::owes_its_clients() {
  return std::any_of(links_.begin(), links_.end(), [](Link& link) {
    return !link.server().finished || !link.client().unsent.empty();
  });
}

void Proxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = server_.connect();
  if (server < 0) {
    ::close(client);
    return;
  }
  ::fcntl(server, F_SETFL, O_NONBLOCK);
  send_at_once(server);
  send_at_once(client);
  links_.emplace_back(tamper_, links_, links_so_far_++, client, server);
}

void Proxy::told_to_stop() {
  signalfd_siginfo info;
  if (::read(signals_, &info, sizeof info) <= 0) return;
  if (tamper_.closes_its_door && listener_ >= 0) ::close(std::exchange(listener_, -1));
  if (tamper_.stops) server_.terminate();
}

void Proxy::move_bytes() {
  std::vector<pollfd> waits{{signals_, POLLIN, 0}, {listener_, POLLIN, 0}};
  std::vector<Link*> links;
  for (Link& link : links_) {
    links.push_back(&link);
    for (const End* end : {&link.client(), &link.server()}) {
      waits.push_back(wait_of(*end));
    }
  }
  ::poll(waits.data(), waits.size(), look_around_ms);
  if (waits[0].revents != 0) told_to_stop();
  if (waits[1].revents != 0) accept_one();
  if (tamper_.tick) tamper_.tick(links_);
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (waits[2 + 2 * i].revents != 0) read_from(links[i]->client());
    if (waits[3 + 2 * i].revents != 0) read_from(links[i]->server());
    links[i]->pump();
    write_to(links[i]->client());
    write_to(links[i]->server());
  }
}

}  // namespace phx::conformance
