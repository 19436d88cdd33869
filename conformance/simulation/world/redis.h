#pragma once
/// \file
/// A model of Redis: publish and subscribe, as its documentation promises it.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/simulation/machine/machine.h"

namespace phx::simulation {

/// A message goes to those that are subscribed when it comes, and is not kept. Each connection gets
/// what is for it in order; what waits for a connection that ends is lost, as are its
/// subscriptions. Neither copied nor moved. Listens as long as it lives.
class Redis {
 public:
  explicit Redis(Machine& machine);
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  ~Redis();

  static constexpr const char* name = "redis";
  Host& host() { return host_; }
  std::size_t clients() const { return clients_.size(); }
  /// What is published reaches `ear` at once: that of a node that is not ours.
  void listen(std::function<void(const std::string& channel, const std::string& message)> ear) {
    ear_ = std::move(ear);
  }
  /// As such a node publishes, on one connection: in order.
  void say(const std::string& channel, const std::string& message);
  /// How often a node has asked another for its presences, as far as that can be read: some nodes
  /// compress what they say.
  std::uint64_t transfer_requests() const { return transfer_requests_; }
  /// To how many channels whose name contains `part` there is a subscription.
  std::size_t subscriptions(const std::string& part) const;
  /// A connection from that address is subscribed to the channel.
  bool hears(const std::string& address, const std::string& channel) const;

 private:
  class Client;
  void accept(int socket);
  void answer(Client& client, const std::vector<std::string>& words);
  std::size_t publish(const std::string& channel, const std::string& message);
  void remove(Client& client);

  Machine& machine_;
  Host host_;
  std::uint64_t accepted_ = 0;
  std::uint64_t transfer_requests_ = 0;
  std::function<void(const std::string& channel, const std::string& message)> ear_;
  std::deque<std::pair<std::string, std::string>> said_;
  std::map<std::uint64_t, std::unique_ptr<Client>> clients_;  ///< In the order they came.
};

}  // namespace phx::simulation
