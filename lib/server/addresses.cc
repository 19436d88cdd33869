/// Counts up when a connection is accepted, and down when the last holder releases its place.

#include "server/addresses.h"

#include <map>
#include <mutex>
#include <utility>

#include "base/network.h"
#include "telemetry/limits.h"

namespace phx::server {

struct Addresses::Counts {
  struct Count {
    std::size_t connections = 0;
    bool refused = false;
  };
  std::mutex mutex;
  std::map<std::string, Count>
      of;  // by network, for those with a connection; clients choose the keys

  void leave(const std::string& address) {
    const std::lock_guard lock(mutex);
    const auto found = of.find(address);
    found->second.refused = false;
    if (--found->second.connections == 0) of.erase(found);
  }
};

Addresses::Addresses(std::size_t limit) : limit_(limit), counts_(std::make_shared<Counts>()) {}

Addresses::Admission Addresses::admit(const std::string& peer) {
  const std::string address = network_of(peer);
  {
    const std::lock_guard lock(counts_->mutex);
    Counts::Count& count = counts_->of[address];
    if (count.connections >= limit_) return {{}, !std::exchange(count.refused, true)};
    ++count.connections;
  }
  return {
      Place(counts_.get(), [counts = counts_, address](const void*) { counts->leave(address); })};
}

std::size_t Addresses::known() const {
  const std::lock_guard lock(counts_->mutex);
  return counts_->of.size();
}

bool admit(Addresses& addresses, Client& client, const telemetry::Telemetry& telemetry,
           const Log& log) {
  if (addresses.limit() == 0) return true;
  auto admission = addresses.admit(client.peer.address);
  client.place = std::move(admission.place);
  if (client.place) return true;
  const telemetry::LimitReached reached{telemetry::Limit::address_connections, addresses.limit()};
  if (admission.first_refusal) {
    telemetry::report_limit(telemetry, log, reached, {"peer", client.peer.address});
  } else {
    telemetry.execute(reached);
  }
  return false;
}

}  // namespace phx::server
