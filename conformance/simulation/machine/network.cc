/// Ports, and the connections to them.

#include "conformance/simulation/machine/network.h"

#include <utility>

#include "conformance/simulation/machine/wire.h"

namespace phx::simulation {

Network::~Network() = default;

void Network::listen(const std::string& name, Host& host, Accept accept) {
  ports_.insert_or_assign(name, Port{&host, std::move(accept)});
}

std::unique_ptr<net::DialedStream> Network::dial(Host& host, const Access& access,
                                                 const net::Dial& dial, net::DialUser& user) {
  const auto wire = std::make_shared<Wire>(*this, ++next_, access, dial.host,
                                           Random(seed_, access.owner, ++dialed_[access.owner]),
                                           traffic_[access.owner]);
  wires_.emplace(wire->number(), wire);
  auto socket = std::make_unique<WireStream>(wire, Wire::client,
                                             net::Peer{.address = dial.host, .port = dial.port});
  wire->sides_[Wire::client].socket = socket.get();
  wire->sides_[Wire::client].user = &user;
  wire->connect(host, dial.patience);
  // The port is looked up when the request gets there: if it has closed meanwhile, it refuses.
  agenda_.after(wire->delay(), nowhere_, "asks to connect", [this, wire] {
    const auto port = ports_.find(wire->to());
    if (port == ports_.end()) return wire->arrive(nullptr);
    agenda_.after(Micros{0}, *port->second.host, "is asked to connect", [this, wire] {
      const auto found = ports_.find(wire->to());
      wire->arrive(found == ports_.end() ? nullptr : &found->second);
    });
  });
  return socket;
}

std::unique_ptr<net::Stream> Network::adopt(int socket, Host& host) {
  const auto found = wires_.find(socket);
  if (found == wires_.end()) return nullptr;
  const std::shared_ptr<Wire> wire = found->second;
  auto stream = std::make_unique<WireStream>(
      wire, Wire::server, net::Peer{.address = wire->access().address, .port = 40'000});
  wire->adopted(host, *stream);
  return stream;
}

bool Network::close(int socket) {
  const auto found = wires_.find(socket);
  if (found == wires_.end()) return false;
  const std::shared_ptr<Wire> wire = found->second;
  wire->release(Wire::server);
  return true;
}

/// Wires may be forgotten as they end, so a copy.
void Network::cut(const Access& access) {
  const auto wires = wires_;
  for (const auto& [number, wire] : wires) {
    if (&wire->access() != &access) continue;
    wire->be_reset(Wire::client);
    wire->be_reset(Wire::server);
  }
}

void Network::crash(const std::string& name, bool silently) {
  ports_.erase(name);
  const auto wires = wires_;
  for (const auto& [number, wire] : wires) {
    const bool dialed = wire->access().owner == name;
    if (wire->to() != name && !dialed) continue;
    if (silently) wire->broken_ = true;
    if (dialed) continue;
    if (wire->sides_[Wire::server].socket == nullptr) wire->release(Wire::server);
  }
}

void Network::changed(const Access& access) {
  const auto wires = wires_;
  for (const auto& [number, wire] : wires) {
    if (&wire->access() == &access) wire->go_on();
  }
}

void Network::forget(const Wire& wire) { wires_.erase(wire.number()); }

}  // namespace phx::simulation
